import type { Flag, FlagKey } from "../flag/flag.ts";
import type { FieldGroup } from "../row/row.ts";

/** A change that somebody wrote to the table by hand, and what a sync makes of it. */
export type ManualChange = WhatChanged & {
  readonly key: FlagKey;
  readonly outcome: ManualOutcome;
  /** Who wrote it, where the audit can be read and says so. */
  readonly by?: EditedBy;
};

/** `stays`: git did not change the same, or it is a kill. `overwritten`: git changed it too. `undone`: released or healed. */
export type ManualOutcome = "stays" | "overwritten" | "undone";

type WhatChanged =
  | { readonly kind: "enabled" | "disabled" }
  /** `live` is the flag as the table has it. */
  | { readonly kind: "default-rollout"; readonly group: "rollout" | "by"; readonly live: Flag }
  | { readonly kind: "field"; readonly group: Exclude<FieldGroup, "enabled" | "rollout" | "by"> }
  /** The row cannot be read, so that git is written: `problem` says why. */
  | { readonly kind: "unreadable"; readonly problem: string };

/** Who wrote to the table, as an entry of the audit says. */
export interface EditedBy {
  readonly changedBy: string;
  /** ISO 8601. */
  readonly changedAt: string;
  readonly notes: string | null;
  readonly revision: number;
}

/** Returns the group of columns that was changed; null for a row that cannot be read. */
export function groupOf(change: ManualChange): FieldGroup | null {
  if (change.kind === "default-rollout" || change.kind === "field") return change.group;
  return change.kind === "unreadable" ? null : "enabled";
}

/** Returns the manual change of one group of columns. */
export function manualChangeOf(key: FlagKey, group: FieldGroup, outcome: ManualOutcome, live: Flag): ManualChange {
  if (group === "enabled") return { key, outcome, kind: live.enabled ? "enabled" : "disabled" };
  if (group === "rollout" || group === "by") return { key, outcome, kind: "default-rollout", group, live };
  return { key, outcome, kind: "field", group };
}
