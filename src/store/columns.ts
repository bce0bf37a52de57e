import { type ColumnKind, FLAG_COLUMN_KINDS, ROW_COLUMN_KINDS } from "../core/row/row.ts";
import type { RowWrite } from "./store.ts";

const KINDS = new Map<string, ColumnKind>(Object.entries(ROW_COLUMN_KINDS));

/** Lists the columns whose values come from git. */
export const GIT_COLUMNS: readonly string[] = Object.keys(FLAG_COLUMN_KINDS);
/** Lists all columns of `feature_toggles`. */
export const ALL_COLUMNS: readonly string[] = Object.keys(ROW_COLUMN_KINDS);
/** Holds the SQL of `synced` for evaluations: it shows whether an archived flag that is disabled was disabled manually. */
export const SYNCED_IF_EVALUATED = "CASE WHEN archived_at IS NOT NULL AND NOT enabled THEN synced END AS synced";
/** Lists the columns that a sync writes, except `archived_at`, whose new value depends on the old one. */
export const WRITTEN_COLUMNS: readonly string[] = ["feature_key", ...GIT_COLUMNS, "synced", "path", "commit_sha"];

/** Holds the SQL that assigns the written columns in an upsert. */
export const UPSERT_ASSIGNMENTS: string = WRITTEN_COLUMNS.slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(", ");

/** Returns the kind of a column. */
export function kindOf(column: string): ColumnKind {
  return KINDS.get(column) ?? "text";
}

/** Returns the values of {@link WRITTEN_COLUMNS}, by column. */
export function writtenValues(write: RowWrite): Readonly<Record<string, unknown>> {
  const { key, columns, synced, path, commit } = write;
  return { feature_key: key, ...columns, synced, path, commit_sha: commit };
}

/** Groups writes by author, notes and commit, because a store sets these once per group. Groups are in order of first appearance. */
export function byActor(writes: readonly RowWrite[]): readonly (readonly [RowWrite, ...RowWrite[]])[] {
  const groups = new Map<string, [RowWrite, ...RowWrite[]]>();
  for (const write of writes) {
    const actor = JSON.stringify([write.changedBy, write.notes, write.commit]);
    const group = groups.get(actor);
    if (group) group.push(write);
    else groups.set(actor, [write]);
  }
  return [...groups.values()];
}
