import type { Flag, FlagKey, FlagType } from "../flag/flag.ts";
import { variableOf } from "../override/override-text.ts";
import { agreeInAll, type FlagColumns, type SyncedColumns } from "../row/row.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { columnsOf, flagOfColumns } from "../row/row-codec.ts";
import { differences, type Difference } from "./difference.ts";
import { killOf, killOutcome, type Kill } from "./kill.ts";
import type { DeletedRow, DesiredFlag, LiveRow, SyncedRow } from "./live-row.ts";
import { manualChangeOf, type ManualChange } from "./manual-change.ts";
import { killGroupOutcome, mergeColumns, syncedColumns, type Merged, type OnDrift } from "./merge.ts";

/** A change that a sync writes to the row of one flag. */
export interface Change {
  readonly key: FlagKey;
  readonly action: "create" | "update" | "archive" | "restore";
  /** The path of the flag's file; for an archived flag, its last path. */
  readonly path: string | null;
  /** The flag as it is evaluated now; null if it is new, archived or unreadable. */
  readonly before: Flag | null;
  /** The flag as it will be evaluated, including the manual changes that stay; null if it is archived. */
  readonly after: Flag | null;
  readonly differences: readonly Difference[];
  /** The change in git alone, without manual changes. */
  readonly git: GitChange;
  /** The columns to write to the row. */
  readonly columns: FlagColumns;
  readonly synced: SyncedColumns;
}

/** The versions of one flag in git at the last sync and now. */
export interface GitChange {
  /** Null if the row is new or unreadable, or was never synced; an archived flag counts as disabled. */
  readonly before: Flag | null;
  /** Null if the flag is archived. */
  readonly after: Flag | null;
}

/** A reason why a sync cannot write a flag, which an acknowledgement cannot override. */
export interface PlanProblem {
  readonly key: FlagKey;
  readonly path: string;
  readonly code: "type-changed" | "name-taken";
  readonly message: string;
  readonly hint: string;
}

/** The inputs that apply to every flag of one plan. */
export interface ChangeOptions {
  /** Flags whose manual changes are undone. */
  readonly release: ReadonlySet<FlagKey>;
  readonly onDrift: OnDrift;
  /** The rows that were deleted manually, by flag. */
  readonly deletedManually: ReadonlyMap<FlagKey, DeletedRow>;
  /** The flags that were archived, or restored from the archive, manually. */
  readonly archivedManually: ReadonlySet<FlagKey>;
  /** The keys of the table, including archived ones, by their environment variables. */
  readonly takenNames: ReadonlyMap<string, FlagKey>;
}

/** The plan for one flag. */
export interface FlagPlan {
  readonly change: Change | null;
  readonly manualChanges: readonly ManualChange[];
  readonly problems: readonly PlanProblem[];
  /**
   * `unmanaged`: the row has no file, and no sync wrote it. `archived`: it stays archived. `unreadable`: it has no file and cannot be
   * read, so it cannot be archived.
   */
  readonly state: "managed" | "unmanaged" | "archived" | "unreadable";
}

const NO_CHANGE: FlagPlan = { change: null, manualChanges: [], problems: [], state: "managed" };

/** Plans one flag, which has a file, a row, or both. */
export function planFlag(
  key: FlagKey,
  desired: DesiredFlag | undefined,
  live: LiveRow | undefined,
  options: ChangeOptions,
): FlagPlan {
  if (desired === undefined) return live === undefined ? NO_CHANGE : planWithoutFile(key, live, options);
  const taken = nameProblem(key, desired, options);
  if (taken !== undefined) return { ...NO_CHANGE, problems: [taken] };
  if (live === undefined) return planWithoutRow(key, desired, options);
  return live.ok ? planUpdate(key, desired, live, options) : planUnreadable(key, desired, live, options);
}

function planWithoutRow(key: FlagKey, desired: DesiredFlag, options: ChangeOptions): FlagPlan {
  const deleted = options.deletedManually.get(key);
  // A row that no sync wrote was inserted and deleted by people; its kill went with it.
  const kill = deleted === undefined || deleted.synced === null ? "none" : killOf(deleted.synced, deleted);
  return planAsInGit(key, desired, kill, options, {
    action: "create",
    differenceFor: (flag) => (deleted === undefined ? { kind: "created", flag } : { kind: "put-back" }),
  });
}

/** Plans to write a row that cannot be read as git has it; a flag that was disabled in it stays disabled. */
function planUnreadable(
  key: FlagKey,
  desired: DesiredFlag,
  { problem, enabled, type }: LiveRow & { ok: false },
  options: ChangeOptions,
): FlagPlan {
  if (type !== null && type !== desired.flag.type) return { ...NO_CHANGE, problems: [typeProblem(key, desired, type)] };
  const { manualChanges, ...plan } = planAsInGit(key, desired, enabled === false ? "against-git" : "none", options, {
    action: "update",
    differenceFor: (flag) => ({ kind: "rewritten", problem, flag }),
  });
  const unreadable: ManualChange = { key, kind: "unreadable", problem, outcome: "overwritten" };
  return { ...plan, manualChanges: [unreadable, ...manualChanges] };
}

/** Plans to write the row as git has it, but disabled if it was disabled manually and is not released. */
function planAsInGit(
  key: FlagKey,
  { flag, path }: DesiredFlag,
  kill: Kill,
  { release }: ChangeOptions,
  { action, differenceFor }: { action: Change["action"]; differenceFor: (after: Flag) => Difference },
): FlagPlan {
  const inGit = columnsOf(flag);
  const killed = killGroupOutcome(killOutcome(kill, inGit, release.has(key)), inGit);
  const outcomes = killed === null ? [] : [killed];
  const columns = killed?.outcome === "stays" ? { ...inGit, enabled: false } : inGit;
  const synced = syncedColumns(inGit, outcomes);
  const after = flagOfColumns(key, columns);
  const git: GitChange = { before: null, after: flag };
  const differences = [differenceFor(after)];
  return {
    ...NO_CHANGE,
    change: { key, action, path, before: null, after, differences, git, columns, synced },
    manualChanges: outcomes.map((outcome) => manualChangeOf(key, outcome, { ...flag, enabled: false })),
  };
}

/**
 * Plans a flag whose file is gone: it is archived, unless no sync ever wrote it or it is archived already. Its manual changes
 * stay in the archived row, from which a later sync may restore the flag.
 */
function planWithoutFile(key: FlagKey, live: LiveRow, options: ChangeOptions): FlagPlan {
  if (!live.ok) {
    const unreadable: ManualChange = { key, kind: "unreadable", problem: live.problem, outcome: "stays" };
    return { ...NO_CHANGE, manualChanges: [unreadable], state: "unreadable" };
  }
  const { row, flag } = live;
  const isArchived = row.archived_at !== null;
  if (row.synced === null) return { ...NO_CHANGE, state: isArchived ? "archived" : "unmanaged" };
  const { release, onDrift } = options;
  const { columns, synced, outcomes } = mergeColumns(row.synced, row, row.synced, {
    release: release.has(key),
    onDrift,
  });
  const manualChanges = outcomes.map((outcome): ManualChange => {
    return { ...manualChangeOf(key, outcome, flag), isArchived: true };
  });
  const isKilled = outcomes.some(
    ({ group, outcome }) => group === "enabled" && outcome === "stays" && !columns.enabled,
  );
  const change: Change = {
    key,
    action: isArchived ? "update" : "archive",
    path: row.path,
    before: isArchived ? null : flag,
    after: null,
    differences: [isArchived ? { kind: "reset" } : { kind: "archived", flag, ...(isKilled ? { isKilled } : {}) }],
    git: { before: isArchived ? null : flagAsSynced(key, row), after: null },
    columns,
    synced,
  };
  if (!isArchived) return { ...NO_CHANGE, change, manualChanges: [...rowChanges(key, row, options), ...manualChanges] };
  const isUnchanged = agreeInAll(row, columns) && row.synced.killed === synced.killed;
  return { ...NO_CHANGE, change: isUnchanged ? null : change, manualChanges, state: "archived" };
}

/** Returns the manual change of `archived_at`, which every sync undoes. */
function rowChanges(
  key: FlagKey,
  { archived_at }: SyncedRow,
  { archivedManually, release, onDrift }: ChangeOptions,
): readonly ManualChange[] {
  if (!archivedManually.has(key)) return [];
  const outcome = release.has(key) || onDrift === "heal" ? "undone" : "overwritten";
  return [{ key, kind: archived_at === null ? "restored" : "archived", outcome }];
}

function planUpdate(
  key: FlagKey,
  desired: DesiredFlag,
  { row, flag: live }: { readonly row: SyncedRow; readonly flag: Flag },
  options: ChangeOptions,
): FlagPlan {
  const { release, onDrift } = options;
  const inGit = columnsOf(desired.flag);
  const isArchived = row.archived_at !== null;
  const isRecorded = row.synced !== null && agreeInAll(row.synced, inGit);
  const isInTable = (columns: FlagColumns) => !isArchived && row.path === desired.path && agreeInAll(row, columns);
  // This is the case for most rows of most plans.
  if (isRecorded && isInTable(inGit) && row.synced?.killed === undefined) return NO_CHANGE;
  if (row.flag_type !== inGit.flag_type) return { ...NO_CHANGE, problems: [typeProblem(key, desired, row.flag_type)] };
  const merged = mergeColumns(row.synced, row, inGit, { release: release.has(key), onDrift });
  const { columns, synced, outcomes } = readableMerge(key, merged, inGit);
  const manualChanges = [
    ...(isArchived ? rowChanges(key, row, options) : []),
    ...outcomes.map((outcome) => manualChangeOf(key, outcome, live)),
  ];
  if (isRecorded && isInTable(columns) && row.synced?.killed === synced.killed) return { ...NO_CHANGE, manualChanges };
  const after = flagOfColumns(key, columns);
  const change: Change = {
    key,
    action: isArchived ? "restore" : "update",
    path: desired.path,
    before: isArchived ? null : live,
    after,
    differences: [
      ...(isArchived ? [{ kind: "restored" as const, flag: after }] : []),
      ...differences(live, after),
      ...(row.path === desired.path ? [] : [{ kind: "moved" as const, from: row.path, to: desired.path }]),
    ],
    git: { before: flagAsSynced(key, row), after: desired.flag },
    columns,
    synced,
  };
  return { ...NO_CHANGE, change, manualChanges };
}

/**
 * Returns the merged columns, or git's if git makes a manual change unreadable, e.g. by removing its variant; a kill
 * stays.
 */
function readableMerge(key: FlagKey, merged: Merged, git: FlagColumns): Merged {
  if (flagIfReadable(key, merged.columns) !== null) return merged;
  return {
    columns: { ...git, enabled: merged.columns.enabled },
    synced: merged.synced,
    outcomes: merged.outcomes.map(({ group, outcome, ...rest }) =>
      outcome === "stays" && group !== "enabled" ? { group, outcome: "overwritten" } : { group, outcome, ...rest },
    ),
  };
}

/** Returns the flag as it was synced last, if that can be read; an archived flag counts as disabled. */
function flagAsSynced(key: FlagKey, { synced, archived_at }: SyncedRow): Flag | null {
  return synced === null ? null : flagIfReadable(key, archived_at === null ? synced : { ...synced, enabled: false });
}

function flagIfReadable(key: FlagKey, columns: FlagColumns): Flag | null {
  try {
    return flagOfColumns(key, columns);
  } catch (error) {
    if (error instanceof FormatProblem) return null;
    throw error;
  }
}

function typeProblem(key: FlagKey, { path }: DesiredFlag, type: FlagType): PlanProblem {
  return {
    key,
    path,
    code: "type-changed",
    message: `${key} has type ${type} in the table; the type of a flag cannot change`,
    hint: "running programs would get values of a different type: add a new flag under a different key",
  };
}

/**
 * Returns the problem of a key whose variable is taken: `new-checkout` and `new_checkout` would share
 * FEATURE_NEW_CHECKOUT. The variable of an archived flag is taken, too.
 */
function nameProblem(key: FlagKey, { path }: DesiredFlag, { takenNames }: ChangeOptions): PlanProblem | undefined {
  const name = variableOf(key);
  const holder = takenNames.get(name);
  if (holder === undefined || holder === key) return undefined;
  const message = `${key} has the same environment variable, ${name}, as ${holder}, which is in the table (perhaps archived)`;
  return { key, path, code: "name-taken", message, hint: "give the new flag another key" };
}
