import type { Flag, FlagKey } from "../flag/flag.ts";
import type { SyncedRow } from "./live-row.ts";
import { manualChangeOf, type ManualChange } from "./manual-change.ts";
import { mergeColumns } from "./merge.ts";

/** Returns the manual changes in a row since the last sync, whatever git says now; none for a row that no sync wrote. */
export function manualChangesIn(key: FlagKey, row: SyncedRow, live: Flag): readonly ManualChange[] {
  if (row.synced === null) return [];
  const { outcomes } = mergeColumns(row.synced, row, row.synced, { release: false, onDrift: "keep" });
  return outcomes.map((outcome) => manualChangeOf(key, outcome, live));
}
