import { BOOLEAN_VARIANTS, type Flag, type FlagKey } from "../../core/flag/flag.ts";
import type { FlagDefinition, FlagDefinitions } from "../../core/flag/definitions.ts";
import { sameJson } from "../../core/json.ts";
import { flagOfRow, type RulesRead } from "../../core/row/row-codec.ts";
import type { FlagRow, RawRow } from "../../core/row/row.ts";
import type { Head, StoredSnapshot } from "../../store/store.ts";
import type { SetAside } from "../status.ts";
import { own } from "../../core/own.ts";
import { isKilledInArchive } from "../../core/plan/kill.ts";

/** One row of the table as this process read it. */
interface ReadFlag {
  /** The row as stored; an equal row is not parsed again. Null where an older or reduced row is used instead. */
  readonly row: RawRow | null;
  /** The last readable row of this flag, disabled if its current, unreadable row says `enabled: false`. */
  readonly good: RawRow;
  readonly flag: Flag;
}

/** The readable part of the table at one revision. Immutable. */
export interface Snapshot {
  readonly source: "database" | "disk" | "bundled";
  /** ISO 8601; null for the database. */
  readonly savedAt: string | null;
  readonly head: Head;
  /** The rows as stored, for the copy on disk. */
  readonly rows: readonly RawRow[];
  readonly live: ReadonlyMap<FlagKey, ReadFlag>;
  readonly archived: ReadonlySet<FlagKey>;
  /** The archived flags that were disabled manually. */
  readonly archivedKills: ReadonlyMap<FlagKey, Flag>;
  readonly setAside: readonly SetAside[];
  /** True after a primary had an older version of this history: the database's later revisions may lack its changes. */
  readonly isDiverged?: true;
}

/** The source of a snapshot, and the replacements for rows that cannot be read. */
export interface Reading {
  readonly source: Snapshot["source"];
  readonly savedAt?: string;
  /** Supplies last good rows. */
  readonly previous: Pick<Snapshot, "live"> | undefined;
  readonly definitions: FlagDefinitions | undefined;
}

/** Reads a whole table, row by row. A row that cannot be read is set aside without affecting other rows, and its flag keeps its last good row. */
export function readSnapshot({ head, rows }: StoredSnapshot, reading: Reading): Snapshot {
  const live = new Map<FlagKey, ReadFlag>();
  const archived = new Set<FlagKey>();
  const archivedKills = new Map<FlagKey, Flag>();
  const setAside: SetAside[] = [];
  const rules: RulesRead = new Map();
  for (const row of rows) {
    const key = typeof row.feature_key === "string" ? row.feature_key : null;
    if (key !== null && typeof row.archived_at === "string") {
      archived.add(key);
      const killed = archivedKill(row, key, reading.definitions, rules);
      if (killed) archivedKills.set(key, killed);
      continue;
    }
    const before = key === null ? undefined : reading.previous?.live.get(key);
    const read = before !== undefined && before.row !== null && sameRow(before.row, row) ? before : parsed(row, rules);
    if ("flag" in read) {
      live.set(read.flag.key, read);
      continue;
    }
    const substitute = key === null ? undefined : substituteFor(row, key, before, reading.definitions);
    if (substitute) live.set(substitute.flag.key, { ...substitute, row: null });
    setAside.push({ key, problem: read.problem, serves: substitute?.serves ?? "nothing" });
  }
  return {
    source: reading.source,
    savedAt: reading.savedAt ?? null,
    head,
    rows,
    live,
    archived,
    archivedKills,
    setAside,
  };
}

/** Returns an archived flag as disabled if it was disabled manually, even if its row cannot be read otherwise; undefined if it was not. */
function archivedKill(
  row: RawRow,
  key: FlagKey,
  definitions: FlagDefinitions | undefined,
  rules: RulesRead,
): Flag | undefined {
  if (!isKilledInArchive(row)) return undefined;
  const read = parsed(row, rules);
  return "flag" in read ? read.flag : substituteFor(row, key, undefined, definitions)?.flag;
}

/** Returns the last good rows of the flags whose current row cannot be read. */
export function keptRows(snapshot: Snapshot): readonly RawRow[] {
  return snapshot.setAside.flatMap(({ key }) => (key === null ? [] : (snapshot.live.get(key)?.good ?? [])));
}

/**
 * Returns the snapshot with each flag disabled whose row in `rows` says `enabled: false`; the same object if nothing changes.
 * The rows of the snapshot change too, so that a saved copy contains the kills.
 */
export function withKills(snapshot: Snapshot, rows: readonly RawRow[]): Snapshot {
  const killed = new Map<unknown, ReadFlag>();
  for (const { feature_key: key, enabled } of rows) {
    const read = typeof key === "string" && enabled === false ? snapshot.live.get(key) : undefined;
    if (read?.flag.enabled) killed.set(read.flag.key, { ...switchedOff(read), row: null });
  }
  if (killed.size === 0) return snapshot;
  return {
    ...snapshot,
    rows: snapshot.rows.map((row) => (killed.has(row.feature_key) ? { ...row, enabled: false } : row)),
    live: new Map([...snapshot.live].map(([key, read]) => [key, killed.get(key) ?? read])),
  };
}

/**
 * Returns the rows with each flag disabled that the snapshot disables, and the keys of the flags that the rows would have
 * enabled.
 */
export function withHeldKills(
  rows: readonly RawRow[],
  { live }: Snapshot,
): { readonly rows: readonly RawRow[]; readonly held: readonly FlagKey[] } {
  const held = new Set<unknown>();
  for (const { feature_key: key, enabled, archived_at: archivedAt } of rows) {
    const isLive = typeof key === "string" && typeof archivedAt !== "string";
    if (isLive && enabled !== false && live.get(key)?.flag.enabled === false) held.add(key);
  }
  if (held.size === 0) return { rows, held: [] };
  return {
    rows: rows.map((row) => (held.has(row.feature_key) ? { ...row, enabled: false } : row)),
    held: [...held].map(String),
  };
}

/** Returns whether a flag that was enabled before is disabled or gone. */
export function disablesMore(now: Snapshot, before: Snapshot): boolean {
  if (now.isDiverged !== before.isDiverged) return true;
  return [...before.live].some(([key, { flag }]) => flag.enabled && now.live.get(key)?.flag.enabled !== true);
}

/** Returns whether two reads of one revision hold the same rows. */
export function sameRows(a: readonly RawRow[], b: readonly RawRow[]): boolean {
  return a.length === b.length && a.every((row, index) => sameRow(row, b[index] ?? {}));
}

function sameRow(a: RawRow, b: RawRow): boolean {
  try {
    return a === b || sameJson(a, b);
  } catch {
    // A value that JSON cannot represent is equal to nothing, so the row is parsed again.
    return false;
  }
}

function parsed(row: RawRow, rules: RulesRead): ReadFlag | { readonly problem: string } {
  if (hasForeignValue(row)) return { problem: "a column contains a value that JSON cannot represent" };
  try {
    const read = flagOfRow(row, rules);
    return read.ok ? { row, good: row, flag: read.flag } : { problem: read.problem };
  } catch (error) {
    // One row must never prevent the others from being read.
    return { problem: `it could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Checks the top level only: nested values come from a JSON parser, but a database driver may return other types for a column. */
function hasForeignValue(row: RawRow): boolean {
  for (const value of Object.values(row)) {
    const type = typeof value;
    if (type === "bigint" || type === "symbol" || type === "function") return true;
  }
  return false;
}

/** Returns the replacement for an unreadable row: the last good row, disabled if the unreadable one says `enabled: false`. */
function substituteFor(
  row: RawRow,
  key: FlagKey,
  before: ReadFlag | undefined,
  definitions: FlagDefinitions | undefined,
): (Pick<ReadFlag, "good" | "flag"> & { readonly serves: SetAside["serves"] }) | undefined {
  if (row.enabled !== false) {
    return before && { good: before.good, flag: before.flag, serves: before.flag.enabled ? "last good" : "off" };
  }
  if (before) return { ...switchedOff(before), serves: "off" };
  // If nothing says what the off variant is, a flag that may be boolean is off.
  const last = ["string", "number", "object"].includes(String(row.flag_type)) ? undefined : BOOLEAN_ROW;
  for (const candidate of [row, own(definitions ?? {}, key), last]) {
    const good = candidate && offRow(key, candidate);
    const read = good && flagOfRow(good);
    if (good && read?.ok) return { good, flag: read.flag, serves: "off" };
  }
  return undefined;
}

function switchedOff({ good, flag }: Pick<ReadFlag, "good" | "flag">): Pick<ReadFlag, "good" | "flag"> {
  return { good: { ...good, enabled: false }, flag: { ...flag, enabled: false } };
}

/** Returns a row that serves its off variant to everyone, built from the few columns that it needs of a row or a definition. */
function offRow(key: FlagKey, from: RawRow | FlagDefinition): RawRow {
  const { type, variants, off, fallback } =
    "offVariant" in from
      ? { type: from.type, variants: from.variants, off: from.offVariant, fallback: from.fallback }
      : { type: from.flag_type, variants: from.variants, off: from.off_variant, fallback: from.off_variant };
  const columns = { feature_key: key, display_name: key, serve: off, flag_type: type, off_variant: off };
  return { ...EMPTY_ROW, ...columns, variants, fallback };
}

const BOOLEAN_ROW: RawRow = { flag_type: "boolean", variants: BOOLEAN_VARIANTS, off_variant: "off" };

const EMPTY_ROW: Readonly<Record<keyof FlagRow, unknown>> = {
  id: "",
  feature_key: "",
  display_name: "",
  description: "",
  enabled: false,
  rollout_strategy: "all",
  rollout_percentage: 100,
  target_config: {},
  rollout_by: "",
  rules: [],
  serve: "",
  requires: {},
  flag_type: "",
  variants: {},
  off_variant: "",
  fallback: "",
  salt: "",
  client: false,
  protected: false,
  metadata: {},
  path: null,
  commit_sha: null,
  synced: null,
  archived_at: null,
  created_at: "",
  updated_at: "",
  created_by: "",
  last_modified_by: "",
};
