import type { FlagKey } from "../core/flag/flag.ts";
import { isJsonObject, sameJson, type JsonObject } from "../core/json.ts";
import { groupOf, type ManualChange } from "../core/plan/manual-change.ts";
import { FIELD_GROUP_NAMES, FIELD_GROUPS, type FieldGroup } from "../core/row/row.ts";
import type { AuditEntry, FlagStore, StoredSnapshot } from "../store/store.ts";

/** The newest manual entry of the audit for each flag and each group of its columns. */
export type Editors = ReadonlyMap<FlagKey, ReadonlyMap<FieldGroup, AuditEntry>>;

/** The maximum number of audit entries that are read for one flag. */
const MAX_ENTRIES = 200;

/**
 * Finds who changed which group of columns manually. The newest entry of a flag is not enough, because someone may have
 * corrected the description after another person disabled the flag. Reads the audit only for rows that differ from what
 * the last sync wrote.
 *
 * @param newest  the newest manual entry of the audit, by flag
 */
export async function editorsOf(
  store: Pick<FlagStore, "audit">,
  { rows }: StoredSnapshot,
  newest: ReadonlyMap<FlagKey, AuditEntry>,
): Promise<Editors> {
  const editors = new Map<FlagKey, ReadonlyMap<FieldGroup, AuditEntry>>();
  for (const raw of rows) {
    const key = raw.feature_key;
    if (typeof key !== "string" || !newest.has(key) || equalsSynced(raw)) continue;
    const entries = await store.audit({ key, limit: MAX_ENTRIES });
    editors.set(key, editorsIn(entries.filter(({ bySync }) => !bySync)));
  }
  return editors;
}

/**
 * Returns the newest audit entry that changed the same group of columns as a manual change; undefined for a row that cannot
 * be read.
 */
export function editorOf(change: ManualChange, editors: Editors): AuditEntry | undefined {
  const group = groupOf(change);
  return group === null ? undefined : editors.get(change.key)?.get(group);
}

function equalsSynced(raw: StoredSnapshot["rows"][number]): boolean {
  const { synced } = raw;
  if (!isJsonObject(synced)) return false;
  return Object.entries(synced).every(([column, value]) => sameJson(Reflect.get(raw, column), value));
}

/** @param entries  newest first */
function editorsIn(entries: readonly AuditEntry[]): ReadonlyMap<FieldGroup, AuditEntry> {
  const found = new Map<FieldGroup, AuditEntry>();
  for (const entry of entries) {
    for (const group of FIELD_GROUP_NAMES) {
      if (!found.has(group) && changes(group, entry.oldState ?? {}, entry.newState ?? {})) found.set(group, entry);
    }
  }
  return found;
}

function changes(group: FieldGroup, before: JsonObject, after: JsonObject): boolean {
  return FIELD_GROUPS[group].some((column) => !sameJson(before[column], after[column]));
}

/** Returns whether somebody disabled the flag manually and then deleted its row. */
export function isKilledAndDeleted({ action, oldState }: AuditEntry): boolean {
  const synced = oldState?.["synced"];
  const wasOn = isJsonObject(synced) && synced["enabled"] === true;
  return action === "deleted" && oldState?.["enabled"] === false && wasOn;
}
