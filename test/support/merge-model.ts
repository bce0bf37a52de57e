/**
 * A model of the three-way merge between git, the table and manual changes, written from its description and not from the code.
 * It knows three groups of columns of a boolean flag. A test compares it with real syncs.
 */

/** The values of a flag. `share` is its percentage. */
export interface Values {
  readonly enabled: boolean;
  readonly share: number;
  readonly description: string;
}

export type Group = keyof Values;
export const GROUPS = ["enabled", "share", "description"] as const satisfies readonly Group[];

/** A flag file in one commit. */
export interface FileState extends Values {
  readonly path: string;
}

/** A manual entry of the audit. */
export interface Entry {
  readonly changedBy: string;
  readonly notes: string | null;
  readonly revision: number;
}

/** A row of the table. */
export interface ModelRow {
  readonly live: Values;
  /** What git said at the last sync; null for a row that no sync wrote. */
  readonly base: Values | null;
  /** Whether somebody disabled the flag while git had disabled it. */
  readonly isMarked: boolean;
  readonly isArchived: boolean;
  readonly path: string | null;
}

/** The table, and who changed it manually. Entries about a flag outlive its row. */
export interface Model {
  readonly rows: Map<string, ModelRow>;
  /** Rows that were deleted manually and are missing since. */
  readonly deleted: Map<string, { readonly row: ModelRow; readonly by: Entry }>;
  readonly groups: Map<string, Map<Group, Entry>>;
  /** Flags whose `archived_at` was last changed manually. */
  readonly archived: Map<string, Entry>;
  readonly inserted: Map<string, Entry>;
}

/** A manual change as a report lists it. */
export interface Warning {
  readonly key: string;
  readonly what: Group | "archived" | "restored";
  readonly outcome: "stays" | "overwritten" | "undone";
  readonly agreesWithGit: boolean;
  readonly isArchived: boolean;
  readonly by: Entry | undefined;
}

export interface Write {
  readonly key: string;
  readonly action: string;
  /** Whether git still has a file for the flag. */
  readonly hasFile: boolean;
}

/** The expected result of a sync. */
export interface Expected {
  readonly code: 0 | 5;
  readonly warnings: readonly Warning[];
  readonly unmanaged: readonly string[];
  readonly putBack: readonly string[];
  readonly nothingToRelease: readonly string[];
  /** In key order; empty if the sync is refused. */
  readonly writes: readonly Write[];
}

export interface SyncRequest {
  readonly files: ReadonlyMap<string, FileState>;
  readonly release: ReadonlySet<string>;
  readonly onDrift: "keep" | "fail" | "heal";
}

export function emptyModel(): Model {
  return { rows: new Map(), deleted: new Map(), groups: new Map(), archived: new Map(), inserted: new Map() };
}

/** The plan for one flag: the row afterwards, what is reported, and the action in the audit if the row is written. */
interface FlagResult {
  readonly row: ModelRow | undefined;
  readonly warnings: readonly Omit<Warning, "key" | "by">[];
  readonly action: string | null;
  readonly isUnmanaged?: true;
  readonly isPutBack?: true;
}

/** Syncs the model, unless the sync is refused, and returns what a real sync has to report. */
export function syncModel(model: Model, request: SyncRequest): Expected {
  const { files, release, onDrift } = request;
  const keys = [...new Set([...files.keys(), ...model.rows.keys()])].sort();
  const results = keys.map((key) => ({ key, ...resultOf(model, key, request) }));
  const warnings = results.flatMap(({ key, warnings: found }) =>
    found.map((warning): Warning => ({ key, ...warning, by: editorOf(model, key, warning.what) })),
  );
  const unmanaged = results.flatMap(({ key, isUnmanaged }) => (isUnmanaged ? [key] : []));
  const putBack = results.flatMap(({ key, isPutBack }) => (isPutBack ? [key] : []));
  const nothingToRelease = [...release].filter((key) => !warnings.some((warning) => warning.key === key)).sort();
  const isDrifted =
    warnings.some(({ outcome, agreesWithGit }) => outcome !== "undone" && !agreesWithGit) ||
    unmanaged.length + putBack.length > 0;
  const report = { warnings, unmanaged, putBack, nothingToRelease };
  if (onDrift === "fail" && isDrifted) return { code: 5, ...report, writes: [] };
  for (const { key, row, action } of results) {
    if (row === undefined) continue;
    if (model.rows.get(key)?.isArchived !== row.isArchived) model.archived.delete(key);
    model.rows.set(key, row);
    if (action === "created") model.deleted.delete(key);
  }
  const writes = results.flatMap(({ key, action }) =>
    action === null ? [] : [{ key, action, hasFile: files.has(key) }],
  );
  return { code: 0, ...report, writes };
}

function resultOf(model: Model, key: string, { files, release, onDrift }: SyncRequest): FlagResult {
  const [file, row] = [files.get(key), model.rows.get(key)];
  const how = { isReleased: release.has(key), isHealed: onDrift === "heal" };
  const isArchivedManually = model.archived.has(key);
  if (file === undefined) return row === undefined ? NOTHING : withoutFile(row, isArchivedManually, how);
  if (row === undefined) return created(file, model.deleted.get(key)?.row, how);
  return merged(row, file, isArchivedManually, how);
}

const NOTHING: FlagResult = { row: undefined, warnings: [], action: null };

interface How {
  readonly isReleased: boolean;
  readonly isHealed: boolean;
}

/** A kill holds over what git says: git says false only afterwards if it said true before. */
function killOf({ live, base, isMarked }: ModelRow): "none" | "over git" | "with git" {
  if (live.enabled) return "none";
  if (base === null || base.enabled) return "over git";
  return isMarked ? "with git" : "none";
}

/** Whether a kill stays, is released, or has ended because git disabled the flag afterwards. */
function fateOf(row: ModelRow, file: Values, { isReleased }: How): "no kill" | "stays" | "undone" {
  const kill = killOf(row);
  if (kill === "none" || (kill === "over git" && !file.enabled)) return "no kill";
  return isReleased ? "undone" : "stays";
}

function created(file: FileState, deleted: ModelRow | undefined, how: How): FlagResult {
  const { path, ...values } = file;
  const fate = deleted === undefined || deleted.base === null ? "no kill" : fateOf(deleted, file, how);
  const row: ModelRow = {
    live: { ...values, enabled: values.enabled && fate !== "stays" },
    base: values,
    isMarked: fate === "stays" && !values.enabled,
    isArchived: false,
    path,
  };
  const warnings = fate === "no kill" ? [] : [killWarning(fate, values, false)];
  return { row, warnings, action: "created", ...(deleted === undefined ? {} : { isPutBack: true }) };
}

function killWarning(outcome: "stays" | "undone", git: Values, isArchived: boolean): FlagResult["warnings"][number] {
  return { what: "enabled", outcome, agreesWithGit: !git.enabled, isArchived };
}

function withoutFile(row: ModelRow, isArchivedManually: boolean, how: How): FlagResult {
  const { base, isArchived } = row;
  if (base === null) return isArchived ? NOTHING : { ...NOTHING, isUnmanaged: true };
  const { next, warnings } = mergedGroups(row, base, how, true);
  const restored = isArchivedManually && !isArchived ? [rowWarning("restored", how)] : [];
  const after: ModelRow = { ...row, ...next, isArchived: true };
  return { row: after, warnings: [...restored, ...warnings], action: actionOf(row, after) };
}

function rowWarning(what: "archived" | "restored", { isReleased, isHealed }: How): FlagResult["warnings"][number] {
  const outcome = isReleased || isHealed ? "undone" : "overwritten";
  return { what, outcome, agreesWithGit: false, isArchived: false };
}

function merged(row: ModelRow, file: FileState, isArchivedManually: boolean, how: How): FlagResult {
  const { path, ...values } = file;
  const { next, warnings } = mergedGroups(row, values, how, false);
  const archived = isArchivedManually && row.isArchived ? [rowWarning("archived", how)] : [];
  const after: ModelRow = { ...row, ...next, base: values, isArchived: false, path };
  return { row: after, warnings: [...archived, ...warnings], action: actionOf(row, after) };
}

/** Merges group by group: one side's change is taken, git wins over both, and a kill is a case of its own. */
function mergedGroups(row: ModelRow, git: Values, how: How, isArchived: boolean) {
  const { live, base } = row;
  const fate = fateOf(row, git, how);
  const warnings: FlagResult["warnings"][number][] = [];
  const kept = new Set<Group>();
  if (fate !== "no kill") {
    warnings.push(killWarning(fate, git, isArchived));
    if (fate === "stays") kept.add("enabled");
  }
  for (const group of GROUPS) {
    if (group === "enabled" && killOf(row) !== "none") continue;
    if (live[group] === git[group] || live[group] === base?.[group]) continue;
    const isUndone = how.isReleased || how.isHealed;
    const outcome = isUndone ? "undone" : base !== null && base[group] === git[group] ? "stays" : "overwritten";
    warnings.push({ what: group, outcome, agreesWithGit: false, isArchived });
    if (outcome === "stays") kept.add(group);
  }
  const merged: Values = {
    enabled: (kept.has("enabled") ? live : git).enabled,
    share: (kept.has("share") ? live : git).share,
    description: (kept.has("description") ? live : git).description,
  };
  const next = { live: merged, isMarked: fate === "stays" && !git.enabled };
  return { next, warnings };
}

/** The action in the audit; null if the row stays the same. */
function actionOf(before: ModelRow, after: ModelRow): string | null {
  if (JSON.stringify(inOrder(before)) === JSON.stringify(inOrder(after))) return null;
  if (before.isArchived !== after.isArchived) return after.isArchived ? "archived" : "restored";
  if (before.live.enabled !== after.live.enabled) return after.live.enabled ? "enabled" : "disabled";
  return "updated";
}

function inOrder({ live, base, isMarked, isArchived, path }: ModelRow): readonly unknown[] {
  const values = (of: Values | null) => of && GROUPS.map((group) => of[group]);
  return [values(live), values(base), isMarked, isArchived, path];
}

function editorOf({ groups, archived }: Model, key: string, what: Warning["what"]): Entry | undefined {
  if (what === "archived" || what === "restored") return archived.get(key);
  return groups.get(key)?.get(what);
}

/** A manual change to the table. */
export type ManualChange =
  | { readonly kind: "set"; readonly key: string; readonly values: Partial<Values> }
  | { readonly kind: "archive"; readonly key: string }
  | { readonly kind: "restore"; readonly key: string }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "insert"; readonly key: string; readonly values: Values };

/** Returns whether a manual change leaves an entry in the audit. */
export function isRecorded({ rows }: Model, change: ManualChange): boolean {
  const row = rows.get(change.key);
  if (change.kind === "insert") return row === undefined;
  if (row === undefined) return false;
  if (change.kind === "archive" || change.kind === "restore") return row.isArchived === (change.kind === "restore");
  if (change.kind === "delete") return true;
  return changedGroups(row, change.values).length > 0;
}

/** Disabling a flag that git has disabled is a change, too, unless that was recorded already. */
function changedGroups(row: ModelRow, values: Partial<Values>): readonly Group[] {
  return GROUPS.filter((group) => {
    if (values[group] === undefined) return false;
    return values[group] !== row.live[group] || (group === "enabled" && marks(row, values));
  });
}

function marks({ base, isMarked }: ModelRow, { enabled }: Partial<Values>): boolean {
  return enabled === false && base?.enabled === false && !isMarked;
}

/** Makes a manual change that {@link isRecorded}. @param by  its entry in the audit */
export function changeManually(model: Model, change: ManualChange, by: Entry): void {
  const { key } = change;
  const own = model.groups.get(key) ?? new Map<Group, Entry>();
  model.groups.set(key, own);
  if (change.kind === "insert") {
    for (const group of GROUPS) own.set(group, by);
    model.rows.set(key, { live: change.values, base: null, isMarked: false, isArchived: false, path: null });
    model.inserted.set(key, by);
    model.archived.delete(key);
    model.deleted.delete(key);
    return;
  }
  const row = model.rows.get(key);
  if (row === undefined) return;
  if (change.kind === "delete") {
    model.rows.delete(key);
    model.deleted.set(key, { row, by });
    model.archived.delete(key);
  } else if (change.kind === "set") {
    for (const group of changedGroups(row, change.values)) own.set(group, by);
    const isMarked = row.isMarked || marks(row, change.values);
    model.rows.set(key, { ...row, live: { ...row.live, ...change.values }, isMarked });
  } else {
    model.archived.set(key, by);
    model.rows.set(key, { ...row, isArchived: change.kind === "archive" });
  }
}
