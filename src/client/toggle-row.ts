import { rowOf } from "../core/row/raw-row.ts";
import type { FlagRow } from "../core/row/row.ts";
import type { Snapshot } from "./snapshot.ts";

/** A flag as its row has it, by the names of the table's columns. */
export type ToggleRow = Pick<
  FlagRow,
  | "id"
  | "feature_key"
  | "display_name"
  | "description"
  | "enabled"
  | "rollout_percentage"
  | "rollout_strategy"
  | "target_config"
  | "metadata"
  | "created_at"
  | "updated_at"
  | "created_by"
  | "last_modified_by"
>;

/** Every live flag, ordered by display name, then by key; one whose row is broken as it was last understood. */
export function toggleRows(snapshot: Snapshot | undefined): readonly ToggleRow[] {
  const rows = [...(snapshot?.live ?? [])].map(([key, { good }]) => toggleRow(rowOf(good, key)));
  return rows.sort((a, b) => order(a.display_name, b.display_name) || order(a.feature_key, b.feature_key));
}

function toggleRow(row: FlagRow): ToggleRow {
  return {
    id: row.id,
    feature_key: row.feature_key,
    display_name: row.display_name,
    description: row.description,
    enabled: row.enabled,
    rollout_percentage: row.rollout_percentage,
    rollout_strategy: row.rollout_strategy,
    // Copies: what the caller does with them must not reach other rows, which may share them.
    target_config: structuredClone(row.target_config),
    metadata: structuredClone(row.metadata),
    created_at: row.created_at,
    updated_at: row.updated_at,
    created_by: row.created_by,
    last_modified_by: row.last_modified_by,
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
