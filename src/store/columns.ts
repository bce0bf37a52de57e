import type { FlagColumns, FlagRow } from "../core/row/row.ts";
import type { RowWrite } from "./store.ts";

/** Columns that hold JSON: text in SQLite, jsonb in PostgreSQL. */
export const JSON_COLUMNS = ["target_config", "rules", "serve", "requires", "variants", "metadata", "synced"] as const;
/** 0 and 1 in SQLite. */
export const BOOLEAN_COLUMNS = ["enabled", "client", "protected"] as const;
export const TIME_COLUMNS = ["archived_at", "created_at", "updated_at"] as const;

/** What git decides of a flag. Spelled as a record, so that the compiler misses none. */
const GIT: Readonly<Record<keyof FlagColumns, true>> = {
  display_name: true,
  description: true,
  enabled: true,
  rollout_strategy: true,
  rollout_percentage: true,
  target_config: true,
  rollout_by: true,
  rules: true,
  serve: true,
  requires: true,
  flag_type: true,
  variants: true,
  off_variant: true,
  fallback: true,
  salt: true,
  client: true,
  protected: true,
  metadata: true,
};
export const GIT_COLUMNS: readonly string[] = Object.keys(GIT);

const OWN: Readonly<Record<Exclude<keyof FlagRow, keyof FlagColumns>, true>> = {
  id: true,
  feature_key: true,
  path: true,
  commit_sha: true,
  synced: true,
  archived_at: true,
  created_at: true,
  updated_at: true,
  created_by: true,
  last_modified_by: true,
};
export const ALL_COLUMNS: readonly string[] = [...GIT_COLUMNS, ...Object.keys(OWN)];
export const EVALUATED_COLUMNS: readonly string[] = ALL_COLUMNS.filter((column) => column !== "synced");

/** What a sync writes of a row, by column, apart from `archived_at`, which depends on what is there. */
export function writtenColumns(write: RowWrite): Readonly<Record<string, unknown>> {
  const { key, columns, synced, path, commit } = write;
  return { feature_key: key, ...columns, synced, path, commit_sha: commit };
}

/** Writes by who is behind them, so that the actor is told once for each group. In order of first appearance. */
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
