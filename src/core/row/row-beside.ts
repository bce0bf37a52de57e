import type { Flag } from "../flag/flag.ts";
import { sameJson } from "../json.ts";
import { columnsOf, flagOfRow, type ReadRow } from "./row-codec.ts";
import type { FlagRow, RawRow } from "./row.ts";

/**
 * As {@link flagOfRow}, beside what the file says. Nearly every row of nearly every sync says exactly that: then the file's
 * flag is the row's, and nothing has to be understood anew.
 *
 * @param desired  what the file of the row's key says; undefined where there is none
 */
export function readBeside(raw: RawRow, desired: { readonly flag: Flag; readonly path: string } | undefined): ReadRow {
  const row = desired === undefined ? undefined : rowSaying(desired.flag, desired.path, raw);
  return desired === undefined || row === undefined
    ? flagOfRow(raw)
    : { ok: true, row, flag: desired.flag, agreesWith: desired };
}

/** The row, where it and what the last sync wrote are both what the flag makes of a row; else undefined. */
function rowSaying(flag: Flag, path: string, raw: RawRow): FlagRow | undefined {
  const { id, feature_key, commit_sha = null, created_at, updated_at, created_by, last_modified_by } = raw;
  if (feature_key !== flag.key || raw.path !== path) return undefined;
  if (raw.archived_at !== null && raw.archived_at !== undefined) return undefined;
  if (!isText(id) || (commit_sha !== null && !isText(commit_sha))) return undefined;
  if (!isText(created_at) || !isText(updated_at) || !isText(created_by) || !isText(last_modified_by)) return undefined;
  const columns = columnsOf(flag);
  for (const [column, value] of Object.entries(columns)) {
    const found: unknown = Reflect.get(raw, column);
    // A driver may give what is no JSON: that is never the same, and never to be written out.
    if (typeof found !== typeof value || !sameJson(found, value)) return undefined;
  }
  if (typeof raw.synced !== "object" || !sameJson(raw.synced, columns)) return undefined;
  const synced = columns;
  const own = { id, feature_key, path, commit_sha, synced, archived_at: null };
  return { ...columns, ...own, created_at, updated_at, created_by, last_modified_by };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
