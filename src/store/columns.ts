import type { FlagColumns, FlagRow } from "../core/row/row.ts";
import type { RowWrite } from "./store.ts";

/** The kind of a column, which determines how it is stored: JSON is text in SQLite and jsonb in PostgreSQL, booleans are 0 and 1 in SQLite. */
export type ColumnKind = "text" | "number" | "boolean" | "json" | "time";

/** The columns whose values come from git. A record, so that the compiler detects a missing column. */
const GIT: Readonly<Record<keyof FlagColumns, ColumnKind>> = {
  display_name: "text",
  description: "text",
  enabled: "boolean",
  rollout_strategy: "text",
  rollout_percentage: "number",
  target_config: "json",
  rollout_by: "text",
  rules: "json",
  serve: "json",
  requires: "json",
  flag_type: "text",
  variants: "json",
  off_variant: "text",
  fallback: "text",
  salt: "text",
  client: "boolean",
  protected: "boolean",
  metadata: "json",
};

const ALL: Readonly<Record<keyof FlagRow, ColumnKind>> = {
  ...GIT,
  id: "text",
  feature_key: "text",
  path: "text",
  commit_sha: "text",
  synced: "json",
  archived_at: "time",
  created_at: "time",
  updated_at: "time",
  created_by: "text",
  last_modified_by: "text",
};

const KINDS = new Map<string, ColumnKind>(Object.entries(ALL));

/** Lists the columns whose values come from git. */
export const GIT_COLUMNS: readonly string[] = Object.keys(GIT);
/** Lists all columns of `feature_toggles`. */
export const ALL_COLUMNS: readonly string[] = Object.keys(ALL);
/** Lists the columns that a client needs for evaluations. */
export const EVALUATED_COLUMNS: readonly string[] = ALL_COLUMNS.filter((column) => column !== "synced");
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
