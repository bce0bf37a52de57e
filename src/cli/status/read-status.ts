import { FlagError } from "../../core/errors.ts";
import { differingGroups } from "../../core/row/row.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import { type SeenOverride, seenOverrides } from "../../impact/seen-overrides.ts";
import { columnsOf, flagOfRow, type ReadRow } from "../../core/row/row-codec.ts";
import { cellText } from "../../core/describe/wording.ts";
import type { AuditEntry, FlagStore, StoredSnapshot } from "../../store/store.ts";
import { desiredOf, type Desired } from "../../source/read/desired.ts";
import { readFiles } from "../../source/read/read-files.ts";
import { newestManualOf } from "../../sync/table.ts";
import { editorsOf, type Editors } from "../../sync/manual-changes.ts";
import { liveFlags, targetOf, withLiveTable, type TargetOptions } from "../live-table.ts";
import type { Io } from "../terminal/io.ts";
import { INSTANCE_MS } from "../plan/live-tables.ts";
import { parsedOverrides } from "../override/overrides.ts";
import { byWhom } from "../plan/plan-text.ts";
import type { Status, StatusRow } from "./status-text.ts";

/**
 * Reads git, table, overrides and instances. When git cannot be read, the status contains the reason, because the other
 * three are still useful.
 */
export async function readStatus(io: Io, options: TargetOptions): Promise<Status> {
  const target = targetOf(io, options);
  return withLiveTable(target, "hoist status", async (store, snapshot) =>
    statusOf(io, store, snapshot, await gitSide(target.folder, target.environment)),
  );
}

interface GitSide {
  /** The commit of HEAD, even when its files have errors. */
  readonly commit: string | null;
  readonly desired: Desired | null;
  readonly problem: string | null;
}

async function gitSide(folder: string, environment: string): Promise<GitSide> {
  const quiet = () => {};
  let commit: string | null = null;
  try {
    const files = await readFiles({ folder, ref: "HEAD" }, quiet);
    commit = files.commit;
    const result = desiredOf(files, environment, quiet);
    if (result.ok) return { commit, desired: result.desired, problem: null };
    return { commit, desired: null, problem: "its files have errors (hoist validate --commit HEAD)" };
  } catch (error) {
    if (error instanceof FlagError) return { commit, desired: null, problem: error.message };
    throw error;
  }
}

async function statusOf(io: Io, store: FlagStore, { head, rows }: StoredSnapshot, git: GitSide): Promise<Status> {
  const [instances, newestManual, syncs] = [
    await store.instances(INSTANCE_MS),
    await newestManualOf(store),
    await store.syncs(1),
  ];
  const editors = await editorsOf(store, { head, rows }, newestManual);
  const reads = new Map(rows.map((raw) => [String(raw.feature_key), flagOfRow(raw)]));
  const overrides = overridesOf({ overrides: await parsedOverrides(io) }, liveFlags(reads.values()), new Set());
  const keys = [...new Set([...reads.keys(), ...(git.desired?.flags.keys() ?? [])])].sort();
  const seen = new Map(seenOverrides(instances).map((each) => [each.key, each]));
  const sides: Sides = { git, reads, overrides, seen, newestManual, editors, now: io.now() };
  const all = keys.flatMap((key) => rowOf(key, sides) ?? []);
  return {
    environment: head.environment,
    database: store.label,
    git: { commit: git.commit, problem: git.problem },
    table: { epoch: head.epoch, revision: head.revision, commit: head.commit, syncedAt: syncs[0]?.syncedAt ?? null },
    instances: {
      seen: instances.length,
      atRevision: instances.filter(({ revision }) => revision === head.revision).length,
    },
    rows: [...all.filter(({ differs }) => differs), ...all.filter(({ differs }) => !differs)],
  };
}

interface Sides {
  readonly git: GitSide;
  readonly reads: ReadonlyMap<FlagKey, ReadRow>;
  readonly overrides: ResolvedOverrides;
  readonly seen: ReadonlyMap<FlagKey, SeenOverride>;
  readonly newestManual: ReadonlyMap<FlagKey, AuditEntry>;
  readonly editors: Editors;
  readonly now: Date;
}

/** Returns the row of a flag; null for an archived flag without a file. */
function rowOf(key: FlagKey, sides: Sides): StatusRow | null {
  const { git, reads, overrides, seen, now } = sides;
  const read = reads.get(key);
  const desired = git.desired?.flags.get(key)?.flag;
  const archived = read?.ok === true && read.row.archived_at !== null;
  if (archived && desired === undefined) return null;
  const edited = read?.ok === true && isEdited(read);
  const inForce = overrides.byKey.get(key);
  const overridden = seen.get(key);
  const agrees = read?.ok === true && desired !== undefined && !archived && sameAnswers(read.flag, desired);
  return {
    key,
    git: git.desired === null ? "?" : desired === undefined ? "–" : cellText(desired),
    table: `${tableCell(read, archived)}${edited ? " (manual)" : ""}`,
    override: inForce === undefined ? "–" : `${inForce.variant} ${inForce.via}`,
    instances:
      overridden === undefined ? "–" : `${overridden.variants.join(", ")} ${overridden.instances}/${overridden.of}`,
    note: noteOf(read, editorOf(key, sides), edited, now),
    differs:
      (git.desired !== null && !agrees) ||
      edited ||
      inForce !== undefined ||
      overridden !== undefined ||
      read?.ok === false,
  };
}

function tableCell(read: ReadRow | undefined, archived: boolean): string {
  if (read === undefined) return "–";
  if (!read.ok) return "unreadable";
  return archived ? "archived" : cellText(read.flag);
}

/** Returns whether the row was changed or inserted manually. */
function isEdited({ row }: ReadRow & { ok: true }): boolean {
  return row.synced === null || differingGroups(row, row.synced).length > 0;
}

function sameAnswers(live: Flag, desired: Flag): boolean {
  return differingGroups(columnsOf(live), columnsOf(desired)).length === 0;
}

/** Returns the audit entry that switched the flag manually, else the newest manual entry. */
function editorOf(key: FlagKey, { reads, newestManual, editors }: Sides): AuditEntry | undefined {
  const read = reads.get(key);
  const isSwitched = read?.ok === true && read.row.synced !== null && read.row.enabled !== read.row.synced.enabled;
  return (isSwitched ? editors.get(key)?.get("enabled") : undefined) ?? newestManual.get(key);
}

function noteOf(read: ReadRow | undefined, entry: AuditEntry | undefined, edited: boolean, now: Date): string {
  if (read?.ok === false) return `${read.problem}${byWhom(entry, now)}`;
  if (read === undefined && entry?.action === "deleted") return `deleted manually${byWhom(entry, now)}`;
  if (read?.ok === true && read.row.synced === null) return `has no file${byWhom(entry, now)}`;
  return edited ? byWhom(entry, now).trim() : "";
}
