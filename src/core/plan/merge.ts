import {
  agree,
  columnsIn,
  FIELD_GROUP_NAMES,
  withGroup,
  type FieldGroup,
  type FlagColumns,
  type SyncedColumns,
} from "../row/row.ts";
import { killOf, killOutcome } from "./kill.ts";
import type { GroupOutcome, ManualOutcome } from "./manual-change.ts";

/** What a sync does with manual changes: it keeps them (unless git changed the same group), fails, or undoes them. */
export type OnDrift = "keep" | "fail" | "heal";

/** The result of a merge. */
export interface Merged {
  /** The row to write. */
  readonly columns: FlagColumns;
  /** The columns according to git, to compare with at the next sync. */
  readonly synced: SyncedColumns;
  /** The outcome for each group that was changed manually since the last sync. */
  readonly outcomes: readonly GroupOutcome[];
}

/**
 * Merges the columns of the last sync, the table and git, group by group. A group that only one side changed takes that
 * side's value; if both sides changed it, git wins. A flag that was disabled manually stays disabled until git disables
 * it afterwards, or it is released: an unrelated merge must not enable what was disabled in an emergency.
 */
export function mergeColumns(
  base: SyncedColumns | null,
  live: FlagColumns,
  desired: FlagColumns,
  options: { readonly release: boolean; readonly onDrift: OnDrift },
): Merged {
  const outcomes = FIELD_GROUP_NAMES.flatMap((group) => outcomeOf(group, base, live, desired, options) ?? []);
  const kept = outcomes.filter(({ outcome, agreesWithGit }) => outcome === "stays" && agreesWithGit !== true);
  const columns = kept.reduce((merged, { group }) => withGroup(merged, group, live), columnsIn(desired));
  return { columns, synced: syncedColumns(desired, outcomes), outcomes };
}

/** Returns the columns of git, with the mark of a kill that stays although git has disabled the flag, too. */
export function syncedColumns(desired: FlagColumns, outcomes: readonly GroupOutcome[]): SyncedColumns {
  const isMarked = outcomes.some(({ outcome, agreesWithGit }) => outcome === "stays" && agreesWithGit === true);
  return { ...columnsIn(desired), ...(isMarked ? { killed: true } : {}) };
}

function outcomeOf(
  group: FieldGroup,
  base: SyncedColumns | null,
  live: FlagColumns,
  desired: FlagColumns,
  { release, onDrift }: { readonly release: boolean; readonly onDrift: OnDrift },
): GroupOutcome | null {
  const kill = group === "enabled" ? killOf(base, live) : "none";
  if (kill !== "none") return killGroupOutcome(killOutcome(kill, desired, release), desired);
  const isChanged = !agree(group, live, desired) && (base === null || !agree(group, live, base));
  if (!isChanged) return null;
  if (release || onDrift === "heal") return { group, outcome: "undone" };
  return { group, outcome: base !== null && agree(group, base, desired) ? "stays" : "overwritten" };
}

/** Returns the outcome of a kill as that of its group. */
export function killGroupOutcome(
  outcome: ManualOutcome | null,
  desired: { readonly enabled: boolean },
): GroupOutcome | null {
  if (outcome === null) return null;
  return { group: "enabled", outcome, ...(desired.enabled ? {} : { agreesWithGit: true }) };
}
