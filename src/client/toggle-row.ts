import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { rowOf, type FlagRow } from "../core/row/row.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

const TOGGLE_COLUMNS = [
  "id",
  "feature_key",
  "display_name",
  "description",
  "enabled",
  "rollout_percentage",
  "rollout_strategy",
  "target_config",
  "metadata",
  "created_at",
  "updated_at",
  "created_by",
  "last_modified_by",
] as const satisfies readonly (keyof FlagRow)[];

/** A flag's table row, by column name. Times are ISO 8601 in UTC; `rollout_percentage` is 0 to 100. */
export type ToggleRow = Pick<FlagRow, (typeof TOGGLE_COLUMNS)[number]>;

/** Returns every live flag, ordered by display name, then by key. A row that cannot be read is returned in its last readable version. */
export function toggleRows(snapshot: Snapshot | undefined): readonly ToggleRow[] {
  const rows = [...(snapshot?.live ?? [])].map(([key, { good }]) => toggleRow(rowOf(good, key)));
  return rows.sort((a, b) => order(a.display_name, b.display_name) || order(a.feature_key, b.feature_key));
}

/** Copies the columns, because the caller may change them, and rows may share them. */
function toggleRow(row: FlagRow): ToggleRow {
  const columns = TOGGLE_COLUMNS.map((column): readonly unknown[] => [column, row[column]]);
  return structuredClone(Object.fromEntries(columns));
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** A flag as this process knows it, for a request to change it. */
export interface SeenFlag {
  readonly environment: string;
  /** The commit that the table was synced from; null if it is unknown or there is no data. */
  readonly commit: string | null;
  /** The flag as stored in the table, including manual changes; null if the table does not have it. */
  readonly flag: Flag | null;
}

/** Returns a flag as this process knows it, with its environment and commit. */
export function seenFlag(environment: string, snapshot: Snapshot | undefined, key: FlagKey): SeenFlag {
  return { environment, commit: snapshot?.head.commit ?? null, flag: snapshot?.live.get(key)?.flag ?? null };
}
