import { FlagError } from "../../core/errors.ts";
import { differingGroups } from "../../core/row/row.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import { type SeenOverride, seenOverrides } from "../../impact/seen-overrides.ts";
import { columnsOf, flagOfRow, type ReadRow } from "../../core/row/row-codec.ts";
import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { manualChangesIn } from "../../core/plan/drift.ts";
import type { ManualChange } from "../../core/plan/manual-change.ts";
import { cellText } from "../../core/describe/wording.ts";
import type { FlagStore, StoredSnapshot } from "../../store/store.ts";
import { desiredOf, type Desired } from "../../source/read/desired.ts";
import { readFiles } from "../../source/read/read-files.ts";
import { manualEntriesOf, rowEditor, withEditor, type ManualEntries } from "../../sync/manual-changes.ts";
import { revisionAhead } from "../../sync/new-epoch.ts";
import { highestHeartbeatOf } from "../../sync/table.ts";
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
  const [instances, syncs] = [await store.instances(INSTANCE_MS), await store.syncs(1)];
  const reads = new Map(rows.map((raw) => [String(raw.feature_key), flagOfRow(raw)]));
  const manual = await manualEntriesOf(store, reads);
  const heartbeat = await highestHeartbeatOf(store);
  const behind = revisionAhead(await store.readHead(), heartbeat);
  const overrides = overridesOf({ overrides: await parsedOverrides(io) }, liveFlags(reads.values()), new Set());
  const keys = [...new Set([...reads.keys(), ...(git.desired?.flags.keys() ?? [])])].sort();
  const seen = new Map(seenOverrides(instances).map((each) => [each.key, each]));
  const sides: Sides = { git, reads, overrides, seen, manual, now: io.now() };
  const all = keys.flatMap((key) => rowOf(key, sides) ?? []);
  return {
    environment: head.environment,
    database: store.label,
    git: { commit: git.commit, problem: git.problem },
    table: {
      epoch: head.epoch,
      revision: head.revision,
      commit: head.commit,
      syncedAt: syncs[0]?.syncedAt ?? null,
      behind,
    },
    instances: {
      seen: instances.length,
      atRevision: instances.filter(({ revision }) => revision === head.revision).length,
      pollOnly: instances.filter(({ push }) => push === false).length,
      unreadable: instances.flatMap(({ host, pid, problem }) => (problem === null ? [] : { host, pid, problem })),
    },
    rows: [...all.filter(({ differs }) => differs), ...all.filter(({ differs }) => !differs)],
  };
}

interface Sides {
  readonly git: GitSide;
  readonly reads: ReadonlyMap<FlagKey, ReadRow>;
  readonly overrides: ResolvedOverrides;
  readonly seen: ReadonlyMap<FlagKey, SeenOverride>;
  readonly manual: ManualEntries;
  readonly now: Date;
}

/** Returns the row of a flag; null for an archived flag without a file and without manual changes. */
function rowOf(key: FlagKey, sides: Sides): StatusRow | null {
  const { git, reads, overrides, seen } = sides;
  const read = reads.get(key);
  const desired = git.desired?.flags.get(key)?.flag;
  const archived = read?.ok === true && read.row.archived_at !== null;
  const edits = read?.ok === true ? editsIn(key, read, sides) : [];
  const edited = edits.length > 0 || (read?.ok === true && read.row.synced === null && !archived);
  if (archived && desired === undefined && !edited) return null;
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
    note: noteOf(key, read, edits, sides),
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

/** Returns the manual changes in a row, with their authors. */
function editsIn(key: FlagKey, { row, flag }: ReadRow & { ok: true }, { git, manual }: Sides): readonly ManualChange[] {
  const hasFile = git.desired?.flags.has(key) === true;
  const isArchivedManually = row.archived_at !== null && hasFile && manual.archived.has(key);
  const archived: readonly ManualChange[] = isArchivedManually
    ? [{ key, kind: "archived", outcome: "overwritten" }]
    : [];
  return [...archived, ...manualChangesIn(key, row, flag)].map((change) => withEditor(change, manual));
}

function sameAnswers(live: Flag, desired: Flag): boolean {
  return differingGroups(columnsOf(live), columnsOf(desired)).length === 0;
}

/** Names each manual change with its author, time and note. */
function noteOf(
  key: FlagKey,
  read: ReadRow | undefined,
  edits: readonly ManualChange[],
  { manual, now }: Sides,
): string {
  const by = byWhom(rowEditor(key, manual), now);
  if (read === undefined) return manual.newest.get(key)?.action === "deleted" ? `deleted manually${by}` : "";
  if (!read.ok) return `${read.problem}${by}`;
  if (read.row.synced === null && read.row.archived_at === null) return `has no file${by}`;
  return edits.map((edit) => `${manualChangeText(edit)}${byWhom(edit.by, now)}`).join("; ");
}
