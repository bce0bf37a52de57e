import type { Flag, FlagKey } from "../flag/flag.ts";
import type { FieldGroup } from "../row/row.ts";

/** A manual change to the table, and what a sync does with it. */
export type ManualChange = WhatChanged & {
  readonly key: FlagKey;
  readonly outcome: ManualOutcome;
  /** The author, if the audit can be read and names one. */
  readonly by?: EditedBy;
};

/**
 * `stays`: git did not change the same columns, or it is a kill. `overwritten`: git changed them, too. `undone`:
 * released or healed.
 */
export type ManualOutcome = "stays" | "overwritten" | "undone";

type WhatChanged =
  | { readonly kind: "enabled" | "disabled" }
  /** `live` is the flag in the table. */
  | { readonly kind: "default-rollout"; readonly group: "rollout" | "by"; readonly live: Flag }
  | { readonly kind: "field"; readonly group: Exclude<FieldGroup, "enabled" | "rollout" | "by"> }
  /** The row cannot be read, for the reason in `problem`, and is rewritten from git. */
  | { readonly kind: "unreadable"; readonly problem: string };

/** The author of a change to the table, according to the audit. */
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
