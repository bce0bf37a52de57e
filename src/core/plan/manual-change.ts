import type { Flag, FlagKey } from "../flag/flag.ts";
import type { FieldGroup } from "../row/row.ts";

/** A manual change to the table, and what a sync does with it. */
export type ManualChange = WhatChanged & {
  readonly key: FlagKey;
  readonly outcome: ManualOutcome;
  /** Set if git has the same value: the change is reported, but it is no drift. */
  readonly agreesWithGit?: true;
  /** Set if the flag is archived, so no change but a kill has an effect until a sync restores the flag. */
  readonly isArchived?: true;
  /** The author, if the audit can be read and names one. */
  readonly by?: EditedBy;
};

/**
 * `stays`: git did not change the same columns, or it is a kill. `overwritten`: git changed them, too, or no sync keeps such a
 * change. `undone`: released or healed.
 */
export type ManualOutcome = "stays" | "overwritten" | "undone";

/** What a sync does with a manual change to one group of columns. */
export interface GroupOutcome {
  readonly group: FieldGroup;
  readonly outcome: ManualOutcome;
  /** Set if git has the same value: the change is reported, but it is no drift. */
  readonly agreesWithGit?: true;
}

type WhatChanged =
  | { readonly kind: "enabled" | "disabled" }
  /** `archived_at` was set or cleared. */
  | { readonly kind: "archived" | "restored" }
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

/** Returns the group of columns that was changed; null for a change to the row as a whole. */
export function groupOf(change: ManualChange): FieldGroup | null {
  switch (change.kind) {
    case "enabled":
    case "disabled":
      return "enabled";
    case "default-rollout":
    case "field":
      return change.group;
    case "archived":
    case "restored":
    case "unreadable":
      return null;
  }
}

/** Returns the manual change of one group of columns. */
export function manualChangeOf(key: FlagKey, { group, ...what }: GroupOutcome, live: Flag): ManualChange {
  if (group === "enabled") return { key, ...what, kind: live.enabled ? "enabled" : "disabled" };
  if (group === "rollout" || group === "by") return { key, ...what, kind: "default-rollout", group, live };
  return { key, ...what, kind: "field", group };
}

/** Returns whether a manual change makes the table differ from git, and the sync was not asked to undo it. */
export function isDrift({ outcome, agreesWithGit }: ManualChange): boolean {
  return outcome !== "undone" && agreesWithGit !== true;
}
