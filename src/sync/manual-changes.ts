import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { isJsonObject } from "../core/json.ts";
import { manualChangesIn } from "../core/plan/drift.ts";
import type { DeletedRow } from "../core/plan/live-row.ts";
import { groupOf, type EditedBy, type ManualChange } from "../core/plan/manual-change.ts";
import { differingGroups, FIELD_GROUP_NAMES, FIELD_GROUPS, type FieldGroup, type FlagRow } from "../core/row/row.ts";
import type { ReadRow } from "../core/row/row-codec.ts";
import type { AuditedColumn, AuditEntry, FlagStore } from "../store/store.ts";

type Entries = ReadonlyMap<FlagKey, AuditEntry>;

/** Who changed the table manually, according to the audit. */
export interface ManualEntries {
  /** The newest manual entry of each flag. */
  readonly newest: Entries;
  /** The newest manual entry that changed each group of columns, of flags that differ from what the last sync wrote. */
  readonly groups: ReadonlyMap<FieldGroup, Entries>;
  /** The manual entry that set or cleared `archived_at`, of flags where no sync changed it afterwards. */
  readonly archived: Entries;
  /** The manual entry that inserted each row that no sync wrote. */
  readonly inserted: Entries;
}

/** Holds the entries of a table whose audit is empty, or may not be read. */
export const NO_ENTRIES: ManualEntries = {
  newest: new Map(),
  groups: new Map(),
  archived: new Map(),
  inserted: new Map(),
};

/**
 * Finds who changed what manually. The newest entry of a flag is not enough, because someone may have corrected the description,
 * or deleted the row, after another person disabled the flag. Returns {@link NO_ENTRIES} for a role that may not read the audit.
 */
export async function manualEntriesOf(
  store: Pick<FlagStore, "manualChanges" | "lastChanges">,
  rows: ReadonlyMap<FlagKey, ReadRow>,
): Promise<ManualEntries> {
  try {
    const newest = await store.manualChanges();
    const keys = [...newest.keys()];
    const changed = await store.lastChanges({ keys, columns: ["archived_at"], onlyManual: false });
    const inserted = keys.filter((key) => isUnsynced(rows.get(key)));
    return {
      newest,
      groups: await groupEntries(store, rows, newest),
      // The insertion of a row also sets `archived_at`, to null.
      archived: new Map([...changed].filter(([, { bySync, oldState }]) => !bySync && oldState !== null)),
      inserted: await store.lastChanges({ keys: inserted, columns: ["feature_key"], onlyManual: true }),
    };
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return NO_ENTRIES;
    throw error;
  }
}

async function groupEntries(
  store: Pick<FlagStore, "lastChanges">,
  rows: ReadonlyMap<FlagKey, ReadRow>,
  newest: Entries,
): Promise<ManualEntries["groups"]> {
  const groups = new Map<FieldGroup, Entries>();
  const edited = [...newest].map(([key, entry]) => [key, editedGroups(rows.get(key), entry)] as const);
  for (const group of FIELD_GROUP_NAMES) {
    const keys = edited.flatMap(([key, found]) => (found.has(group) ? [key] : []));
    if (keys.length === 0) continue;
    groups.set(group, await store.lastChanges({ keys, columns: auditedColumns(group), onlyManual: true }));
  }
  return groups;
}

function auditedColumns(group: FieldGroup): readonly AuditedColumn[] {
  return group === "enabled" ? ["enabled", "synced.killed"] : FIELD_GROUPS[group];
}

/** Returns the groups that a manual change of the flag may be in. */
function editedGroups(read: ReadRow | undefined, newest: AuditEntry): ReadonlySet<FieldGroup> {
  if (read === undefined) return new Set(newest.action === "deleted" ? ["enabled"] : []);
  if (!read.ok) return new Set(["enabled"]);
  const { row } = read;
  if (row.synced === null) return new Set(FIELD_GROUP_NAMES);
  const killed: readonly FieldGroup[] = row.synced.killed === true ? ["enabled"] : [];
  return new Set([...killed, ...differingGroups(row, row.synced)]);
}

function isUnsynced(read: ReadRow | undefined): boolean {
  return read?.ok === true && read.row.synced === null;
}

/** Returns the rows that were deleted manually and are still missing. */
export function deletedRows(
  { newest }: ManualEntries,
  rows: ReadonlyMap<FlagKey, unknown>,
): ReadonlyMap<FlagKey, DeletedRow> {
  const deleted = [...newest].filter(([key, { action }]) => action === "deleted" && !rows.has(key));
  return new Map(deleted.map(([key, { oldState }]) => [key, deletedRow(oldState ?? {})]));
}

function deletedRow({ enabled, synced }: NonNullable<AuditEntry["oldState"]>): DeletedRow {
  const wasSynced = isJsonObject(synced)
    ? { enabled: synced["enabled"] === true, ...(synced["killed"] === true ? { killed: true as const } : {}) }
    : null;
  return { enabled: enabled !== false, synced: wasSynced };
}

/** Returns who inserted or deleted a row as a whole; undefined if the audit does not contain it. */
export function rowEditor(key: FlagKey, { inserted, newest }: ManualEntries): EditedBy | undefined {
  const entry = inserted.get(key) ?? newest.get(key);
  return entry && editedBy(entry);
}

/** Returns the manual changes in one row that are still in effect, whatever git says now, with their authors. */
export async function manualChangesOf(
  store: Pick<FlagStore, "manualChanges" | "lastChanges">,
  row: FlagRow,
  live: Flag,
): Promise<readonly ManualChange[]> {
  const changes = manualChangesIn(live.key, row, live);
  if (changes.length === 0) return [];
  const entries = await manualEntriesOf(store, new Map([[live.key, { ok: true, row, flag: live }]]));
  return changes.map((change) => withEditor(change, entries));
}

/** Returns a manual change with its author, if the audit names one. */
export function withEditor(change: ManualChange, entries: ManualEntries): ManualChange {
  const entry = entryOf(change, entries);
  return entry === undefined ? change : { ...change, by: editedBy(entry) };
}

function entryOf(change: ManualChange, { groups, archived, newest }: ManualEntries): AuditEntry | undefined {
  const { key, kind } = change;
  if (kind === "archived" || kind === "restored") return archived.get(key);
  const group = groupOf(change);
  return group === null ? newest.get(key) : groups.get(group)?.get(key);
}

function editedBy({ changedBy, changedAt, notes, revision }: AuditEntry): EditedBy {
  return { changedBy, changedAt, notes, revision };
}
