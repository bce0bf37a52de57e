import { counted } from "../text.ts";
import { constantAnswer } from "../flag/constant-answer.ts";
import { differences, type Difference } from "./difference.ts";
import { agree, differingGroups, FIELD_GROUP_NAMES, columnsIn, type FlagColumns, type FlagRow } from "../row/row.ts";
import type { Flag, FlagKey } from "../flag/flag.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { variableOf } from "../override/override-text.ts";
import { mergeColumns, type HandEdit, type Merged, type OnDrift } from "./merge.ts";
import { columnsOf, flagOfColumns, type ReadRow } from "../row/row-codec.ts";
import { defaultRolloutText } from "../describe/wording.ts";

/** What the files say of one flag. */
export interface DesiredFlag {
  readonly flag: Flag;
  /** The file, e.g. `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  /** The id under `acknowledge` for the planned environment, or null. */
  readonly acknowledged: string | null;
}

export interface Change {
  readonly key: FlagKey;
  readonly action: "create" | "update" | "archive" | "restore";
  /** Null for an archive: the file is gone; the row knows where it stood. */
  readonly path: string | null;
  /** As it is evaluated now; null when it is new, archived or unreadable. */
  readonly before: Flag | null;
  /** As it will be evaluated, hand-written changes that stay included; null when archived. */
  readonly after: Flag | null;
  readonly differences: readonly Difference[];
  /** What git itself changes, manual changes left aside. */
  readonly git: GitChange;
  /** What is written: the row, and what git says. */
  readonly columns: FlagColumns;
  readonly synced: FlagColumns;
}

/** One flag as git said it last and as it says it now. */
export interface GitChange {
  /** Null where the row is new or unreadable, or was never synced; an archived flag counts as disabled. */
  readonly before: Flag | null;
  /** Null for an archive. */
  readonly after: Flag | null;
}

/** A hand-written change of the table, and what becomes of it. */
export interface HeldEdit extends HandEdit {
  readonly key: FlagKey;
  /** `off by hand`, `10 % of everyone by hand`. */
  readonly text: string;
  /** Who wrote it, where the audit was asked and tells. */
  readonly by?: EditedBy;
}

/** An entry of the audit, as far as it says who wrote to the table. */
export interface EditedBy {
  readonly changedBy: string;
  /** ISO 8601. */
  readonly changedAt: string;
  readonly notes: string | null;
  readonly revision: number;
}

/** What no acknowledgement lifts. */
export interface PlanProblem {
  readonly key: FlagKey;
  readonly path: string;
  readonly code: "type-changed" | "name-taken";
  readonly message: string;
  readonly hint: string;
}

/** What is the same for every flag of one plan. */
export interface ChangeRules {
  /** Flags whose hand-written changes are undone. */
  readonly release: ReadonlySet<FlagKey>;
  readonly onDrift: OnDrift;
  /** Keys whose row was there and was deleted by hand. */
  readonly deletedByHand: ReadonlySet<FlagKey>;
  /** Those of them that had been switched off by hand before: put back, they stay off. */
  readonly killedAndDeleted?: ReadonlySet<FlagKey>;
  /** Keys in the table, archived ones too, by the environment name that they hold for ever. */
  readonly takenNames: ReadonlyMap<string, FlagKey>;
}

/** What its file and its row together make of one flag. */
export interface Verdict {
  readonly change: Change | null;
  readonly handEdits: readonly HeldEdit[];
  readonly problems: readonly PlanProblem[];
  /** `unmanaged`: no file stands for the row, and no sync wrote it. `archived`: and it stays so. */
  readonly state: "managed" | "unmanaged" | "archived";
}

const NOTHING: Verdict = { change: null, handEdits: [], problems: [], state: "managed" };

/** Decides about one flag, of which at least one side is known. */
export function verdictOf(
  key: FlagKey,
  desired: DesiredFlag | undefined,
  live: ReadRow | undefined,
  rules: ChangeRules,
): Verdict {
  if (desired === undefined) return live === undefined ? NOTHING : withoutFile(key, live);
  const taken = nameProblem(key, desired, rules);
  if (taken !== undefined) return { ...NOTHING, problems: [taken] };
  if (live === undefined) return created(key, desired, rules);
  return live.ok ? withBoth(key, desired, live, rules) : unreadable(key, desired, live, rules);
}

function created(key: FlagKey, { flag, path }: DesiredFlag, rules: ChangeRules): Verdict {
  const synced = columnsOf(flag);
  const { columns, handEdits } = keepingKill(key, synced, rules.killedAndDeleted?.has(key) ?? false, rules);
  const after = flagOfColumns(key, columns);
  const text = rules.deletedByHand.has(key) ? "put back: its row was deleted by hand" : `created: ${stateText(after)}`;
  const differences = [{ aspect: "enabled" as const, text }];
  const git = { before: null, after: flag };
  const change: Change = { key, action: "create", path, before: null, after, differences, git, columns, synced };
  return { ...NOTHING, change, handEdits };
}

/** The row as git has it, but off where it was switched off by hand and nobody releases it. */
function keepingKill(
  key: FlagKey,
  git: FlagColumns,
  wasKilled: boolean,
  { release }: ChangeRules,
): { readonly columns: FlagColumns; readonly handEdits: readonly HeldEdit[] } {
  if (!wasKilled || !git.enabled) return { columns: git, handEdits: [] };
  const edit = { key, group: "enabled", text: "disabled by hand" } as const;
  if (release.has(key)) return { columns: git, handEdits: [{ ...edit, outcome: "undone" }] };
  return { columns: { ...git, enabled: false }, handEdits: [{ ...edit, outcome: "stays" }] };
}

/** The row's file is gone: archived, unless no sync ever wrote it or it is archived already. */
function withoutFile(key: FlagKey, live: ReadRow): Verdict {
  if (!live.ok) return { ...NOTHING, state: "unmanaged" };
  const { row, flag } = live;
  if (row.archived_at !== null) return { ...NOTHING, state: "archived" };
  if (row.synced === null) return { ...NOTHING, state: "unmanaged" };
  const change: Change = {
    key,
    action: "archive",
    path: row.path,
    before: flag,
    after: null,
    differences: [{ aspect: "enabled", text: archiveText(flag) }],
    git: { before: asGitSaid(key, row), after: null },
    columns: columnsIn(row),
    synced: row.synced,
  };
  return { ...NOTHING, change };
}

function archiveText(flag: Flag): string {
  const answer = constantAnswer(flag);
  const flips =
    answer === flag.fallback ? "nobody flips" : `flips whoever it answers otherwise now: ${stateText(flag)}`;
  return `archived: answers its fallback (${flag.fallback}) from now on; ${flips}`;
}

function withBoth(key: FlagKey, desired: DesiredFlag, live: ReadRow & { ok: true }, rules: ChangeRules): Verdict {
  const { row, flag } = live;
  const git = columnsOf(desired.flag);
  // Most rows of most plans: nobody changed anything.
  if (saysTheSame(row, git, desired.path)) return NOTHING;
  if (row.flag_type !== git.flag_type) return { ...NOTHING, problems: [typeProblem(key, desired, row)] };
  const options = { release: rules.release.has(key), onDrift: rules.onDrift };
  const { columns, handEdits } = servable(key, mergeColumns(row.synced, row, git, options), git);
  const change = changeOf(key, desired, live, columns, git);
  return {
    ...NOTHING,
    change,
    handEdits: handEdits.map((edit) => ({ ...edit, key, text: handText(edit, flag) })),
  };
}

/** What git says now may not go with what was written by hand, as where a variant is gone: then git wins, but for a kill. */
function servable(key: FlagKey, merged: Merged, git: FlagColumns): Merged {
  if (readable(key, merged.columns) !== null) return merged;
  return {
    columns: { ...git, enabled: merged.columns.enabled },
    handEdits: merged.handEdits.map((edit) =>
      edit.outcome === "stays" && edit.group !== "enabled" ? { ...edit, outcome: "overwritten" } : edit,
    ),
  };
}

function saysTheSame(row: FlagRow, git: FlagColumns, path: string): boolean {
  if (row.archived_at !== null || row.path !== path || row.synced === null) return false;
  return FIELD_GROUP_NAMES.every((group) => agree(group, row, git) && agree(group, row.synced ?? git, git));
}

/** What git said last, where that can be read; an archived flag answers nothing, so coming back it starts from nobody. */
function asGitSaid(key: FlagKey, { synced, archived_at }: FlagRow): Flag | null {
  return synced === null ? null : readable(key, archived_at === null ? synced : { ...synced, enabled: false });
}

function readable(key: FlagKey, columns: FlagColumns): Flag | null {
  try {
    return flagOfColumns(key, columns);
  } catch (error) {
    if (error instanceof FormatProblem) return null;
    throw error;
  }
}

function changeOf(
  key: FlagKey,
  { path, flag: desired }: DesiredFlag,
  live: { readonly row: FlagRow; readonly flag: Flag },
  columns: FlagColumns,
  git: FlagColumns,
): Change | null {
  const { row, flag } = live;
  const archived = row.archived_at !== null;
  const agrees = differingGroups(row, columns).length === 0;
  const recorded = row.synced !== null && differingGroups(row.synced, git).length === 0;
  if (!archived && agrees && recorded && row.path === path) return null;
  const after = flagOfColumns(key, columns);
  const told = differences(flag, after);
  const moved =
    row.path === path ? [] : [{ aspect: "prose" as const, text: `moved: ${row.path ?? "by hand"} → ${path}` }];
  const restored = { aspect: "enabled" as const, text: `restored: ${stateText(after)}` };
  return {
    key,
    action: archived ? "restore" : "update",
    path,
    before: archived ? null : flag,
    after,
    differences: archived ? [restored, ...told, ...moved] : [...told, ...moved],
    git: { before: asGitSaid(key, row), after: desired },
    columns,
    synced: git,
  };
}

/** A row that cannot be read is written anew, as git says; but one that was switched off is not switched on by that. */
function unreadable(
  key: FlagKey,
  { flag, path }: DesiredFlag,
  live: ReadRow & { ok: false },
  rules: ChangeRules,
): Verdict {
  const git = columnsOf(flag);
  const { columns, handEdits } = keepingKill(key, git, live.enabled === false, rules);
  const after = flagOfColumns(key, columns);
  const text = `the row cannot be read (${live.problem})`;
  const change: Change = {
    key,
    action: "update",
    path,
    before: null,
    after,
    differences: [{ aspect: "enabled", text: `${text}: written anew, ${stateText(after)}` }],
    git: { before: null, after: flag },
    columns,
    synced: git,
  };
  return { ...NOTHING, change, handEdits: [{ key, group: "rules", outcome: "overwritten", text }, ...handEdits] };
}

function typeProblem(key: FlagKey, { path }: DesiredFlag, row: FlagRow): PlanProblem {
  return {
    key,
    path,
    code: "type-changed",
    message: `${key} is a ${row.flag_type} flag in the table; a flag's type can never change`,
    hint: "programs that run now would get values of another type: make a new flag under another key",
  };
}

/** `new-checkout` and `new_checkout` would both be FEATURE_NEW_CHECKOUT, also when one of them is archived. */
function nameProblem(key: FlagKey, { path }: DesiredFlag, { takenNames }: ChangeRules): PlanProblem | undefined {
  const name = variableOf(key);
  const holder = takenNames.get(name);
  if (holder === undefined || holder === key) return undefined;
  const message = `${key} and ${holder}, which the table has, archived or not, have one environment name, ${name}`;
  return { key, path, code: "name-taken", message, hint: "give the new flag another key" };
}

/** A flag in a few words. */
function stateText(flag: Flag): string {
  if (!flag.enabled) return "disabled";
  const rules = flag.rules.length === 0 ? "" : `${counted(flag.rules.length, "rule")}, then `;
  return `on for ${rules}${defaultRolloutText(flag)}`;
}

function handText({ group }: HandEdit, live: Flag): string {
  if (group === "enabled") return live.enabled ? "enabled by hand" : "disabled by hand";
  if (group === "rollout" || group === "by") return `${defaultRolloutText(live)} by hand`;
  return `${group} changed by hand`;
}
