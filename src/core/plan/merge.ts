import { agree, FIELD_GROUP_NAMES, withGroup, type FieldGroup, type FlagColumns } from "../row/row.ts";
import type { ManualOutcome } from "./manual-change.ts";

/** What becomes of manual changes: kept (unless git changed the same group), refused, or undone. */
export type OnDrift = "keep" | "fail" | "heal";

/** The result of a merge. */
export interface Merged {
  /** The row to write. */
  readonly columns: FlagColumns;
  /** What becomes of each group that was changed by hand since the last sync. */
  readonly outcomes: readonly { readonly group: FieldGroup; readonly outcome: ManualOutcome }[];
}

/**
 * Merges one row three ways, group by group: what the last sync wrote (null for a row that no sync ever
 * wrote), what the table says now, what git says now. A
 * group that only one side changed takes that side's value; where both did, git wins. A flag that was disabled by hand
 * stays disabled until git disables it too or it is released: no unrelated merge enables at night what was disabled in an
 * emergency.
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
