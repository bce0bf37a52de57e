import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { sameJson } from "../core/json.ts";
import { flagOfRow, type RulesRead } from "../core/row/row-codec.ts";
import type { RawRow } from "../core/row/row.ts";
import type { Head, StoredSnapshot } from "../store/store.ts";
import { offRow } from "./off-row.ts";
import type { SetAside } from "./status.ts";

/** One row of the table as this process understood it. */
interface ReadFlag {
  /** The row as it came: one that says the same is not read again. Null where something stands in for it. */
  readonly row: RawRow | null;
  /** The last row of this flag that could be understood; its off form where a broken row says off. */
  readonly good: RawRow;
  readonly flag: Flag;
}

/** The table at one revision, as far as it could be understood. Immutable. */
export interface Snapshot {
  readonly source: "database" | "disk" | "bundled";
  /** ISO 8601; null for the database. */
  readonly savedAt: string | null;
  readonly head: Head;
  /** As read, for the copy on disk. */
  readonly rows: readonly RawRow[];
  readonly live: ReadonlyMap<FlagKey, ReadFlag>;
  readonly archived: ReadonlySet<FlagKey>;
  readonly setAside: readonly SetAside[];
}

/** Where a snapshot comes from, and what it may fall back to for a row that cannot be understood. */
export interface Reading {
  readonly source: Snapshot["source"];
  readonly savedAt?: string;
  /** What is known from before: last good rows. */
  readonly previous: Pick<Snapshot, "live"> | undefined;
  readonly definitions: FlagDefinitions | undefined;
}

/** Understands a whole table, row by row: one that is broken is set aside alone, and its flag keeps its last good row. */
export function readSnapshot({ head, rows }: StoredSnapshot, reading: Reading): Snapshot {
  const live = new Map<FlagKey, ReadFlag>();
  const archived = new Set<FlagKey>();
  const setAside: SetAside[] = [];
  const rules: RulesRead = new Map();
  for (const row of rows) {
    const key = typeof row.feature_key === "string" ? row.feature_key : null;
    if (key !== null && typeof row.archived_at === "string") {
      archived.add(key);
      continue;
    }
    const before = key === null ? undefined : reading.previous?.live.get(key);
    const read = before !== undefined && before.row !== null && sameRow(before.row, row) ? before : freshly(row, rules);
    if ("flag" in read) {
      live.set(read.flag.key, read);
      continue;
    }
    const stands = key === null ? undefined : standIn(row, key, before, reading.definitions);
    if (stands) live.set(stands.flag.key, { ...stands, row: null });
    setAside.push({ key, problem: read.problem, serves: stands?.serves ?? "nothing" });
  }
  return { source: reading.source, savedAt: reading.savedAt ?? null, head, rows, live, archived, setAside };
}

/** The last good rows of the flags whose present row is broken. */
export function keptRows(snapshot: Snapshot): readonly RawRow[] {
  return snapshot.setAside.flatMap(({ key }) => (key === null ? [] : (snapshot.live.get(key)?.good ?? [])));
}

/** The same flags, with those switched off whose row in `rows` can be read to say so; itself where there are none. */
export function withKills(snapshot: Snapshot, rows: readonly RawRow[]): Snapshot {
  const killed = rows.flatMap(({ feature_key: key, enabled }) => {
    const read = typeof key === "string" && enabled === false ? snapshot.live.get(key) : undefined;
    return read?.flag.enabled ? [[read.flag.key, { ...switchedOff(read), row: null }] as const] : [];
  });
  return killed.length === 0 ? snapshot : { ...snapshot, live: new Map([...snapshot.live, ...killed]) };
}

/** Whether two readings of one revision hold the same rows. */
export function sameRows(a: readonly RawRow[], b: readonly RawRow[]): boolean {
  return a.length === b.length && a.every((row, index) => sameRow(row, b[index] ?? {}));
}

function sameRow(a: RawRow, b: RawRow): boolean {
  try {
    return a === b || sameJson(a, b);
  } catch {
    // What no JSON can say is equal to nothing: it is looked at again.
    return false;
  }
}

function freshly(row: RawRow, rules: RulesRead): ReadFlag | { readonly problem: string } {
  if (isOdd(row)) return { problem: "a column holds what no JSON can say" };
  try {
    const read = flagOfRow(row, rules);
    return read.ok ? { row, good: row, flag: read.flag } : { problem: read.problem };
  } catch (error) {
    // A row must not be able to stop the others, whatever is in it.
    return { problem: `it could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Nothing below a column comes from anywhere but a JSON parser; what a driver makes of a column is another matter. */
function isOdd(row: RawRow): boolean {
  for (const value of Object.values(row)) {
    const type = typeof value;
    if (type === "bigint" || type === "symbol" || type === "function") return true;
  }
  return false;
}

/** What answers for a broken row: the last good one, switched off where the row says off. */
function standIn(
  row: RawRow,
  key: FlagKey,
  before: ReadFlag | undefined,
  definitions: FlagDefinitions | undefined,
): (Pick<ReadFlag, "good" | "flag"> & { readonly serves: SetAside["serves"] }) | undefined {
  if (row.enabled !== false) {
    return before && { good: before.good, flag: before.flag, serves: before.flag.enabled ? "last good" : "off" };
  }
  if (before) return { ...switchedOff(before), serves: "off" };
  for (const candidate of [row, definitions?.[key]]) {
    const good = candidate && offRow(key, candidate);
    const read = good && flagOfRow(good);
    if (good && read?.ok) return { good, flag: read.flag, serves: "off" };
  }
  return undefined;
}

function switchedOff({ good, flag }: Pick<ReadFlag, "good" | "flag">): Pick<ReadFlag, "good" | "flag"> {
  return { good: { ...good, enabled: false }, flag: { ...flag, enabled: false } };
}
