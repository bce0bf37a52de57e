import { FIELD_GROUP_NAMES, FIELD_GROUPS, type FieldGroup } from "../core/row/row.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { AuditEntry, FlagStore, StoredSnapshot } from "../store/store.ts";

/** For each flag that was written by hand, and each group of its columns, the newest such entry of the audit. */
export type Editors = ReadonlyMap<FlagKey, ReadonlyMap<FieldGroup, AuditEntry>>;

/** How far back the audit of one flag is read. */
const MOST_ENTRIES = 200;

/**
 * Who wrote what: the newest entry alone would name whoever mended the description for the one who switched the flag off.
 * Asked only for rows that are otherwise than the last sync left them.
 *
 * @param newest  for each flag that was ever written by hand, the newest such entry
 */
export async function editorsOf(
  store: Pick<FlagStore, "audit">,
  { rows }: StoredSnapshot,
  newest: ReadonlyMap<FlagKey, AuditEntry>,
): Promise<Editors> {
  const editors = new Map<FlagKey, ReadonlyMap<FieldGroup, AuditEntry>>();
  for (const raw of rows) {
    const key = raw.feature_key;
    if (typeof key !== "string" || !newest.has(key) || agreesWithSync(raw)) continue;
    const entries = await store.audit({ key, limit: MOST_ENTRIES });
    editors.set(key, editorsIn(entries.filter(({ bySync }) => !bySync)));
  }
  return editors;
}

function agreesWithSync(raw: StoredSnapshot["rows"][number]): boolean {
  const columns = new Map<string, unknown>(Object.entries(raw));
  const synced = columns.get("synced");
  if (typeof synced !== "object" || synced === null) return false;
  return Object.entries(synced).every(([column, value]) => canonicalJson(columns.get(column)) === canonicalJson(value));
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
  return FIELD_GROUPS[group].some((column) => canonicalJson(before[column]) !== canonicalJson(after[column]));
}

/** Somebody switched it off by hand, and then deleted its row. */
export function isKilledAndDeleted({ action, oldState }: AuditEntry): boolean {
  const synced = oldState?.["synced"];
  const wasOn = typeof synced === "object" && synced !== null && "enabled" in synced && synced["enabled"] === true;
  return action === "deleted" && oldState?.["enabled"] === false && wasOn;
}
