import { agree, FIELD_GROUP_NAMES, withGroup, type FieldGroup, type FlagColumns } from "../row/row.ts";
import type { ManualOutcome } from "./manual-change.ts";

/** What a sync does with manual changes: it keeps them (unless git changed the same group), fails, or undoes them. */
export type OnDrift = "keep" | "fail" | "heal";

/** The result of a merge. */
export interface Merged {
  /** The row to write. */
  readonly columns: FlagColumns;
  /** The outcome for each group that was changed manually since the last sync. */
  readonly outcomes: readonly { readonly group: FieldGroup; readonly outcome: ManualOutcome }[];
}

/**
 * Merges the columns of the last sync, the table and git, group by group. A group that only one side changed takes that
 * side's value; if both sides changed it, git wins. A flag that was disabled manually stays disabled until git disables
 * it, too, or it is released: an unrelated merge must not enable what was disabled in an emergency.
 */
export function mergeColumns(
  base: FlagColumns | null,
  live: FlagColumns,
  desired: FlagColumns,
  { release, onDrift }: { readonly release: boolean; readonly onDrift: OnDrift },
): Merged {
  const outcomeOf = (group: FieldGroup): ManualOutcome => {
    const isKill = group === "enabled" && !live.enabled;
    if (release) return "undone";
    if (isKill) return "stays";
    if (onDrift === "heal") return "undone";
    return base !== null && agree(group, base, desired) ? "stays" : "overwritten";
  };
  const changed = FIELD_GROUP_NAMES.filter(
    (group) => !agree(group, live, desired) && (base === null || !agree(group, live, base)),
  );
  const outcomes = changed.map((group) => ({ group, outcome: outcomeOf(group) }));
  const kept = outcomes.filter(({ outcome }) => outcome === "stays");
  return { columns: kept.reduce((columns, { group }) => withGroup(columns, group, live), desired), outcomes };
}
