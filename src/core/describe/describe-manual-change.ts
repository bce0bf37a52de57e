import type { ManualChange } from "../plan/manual-change.ts";
import { defaultRolloutText } from "./wording.ts";

/** Describes a manual change: `disabled manually`, `10 % of everyone, set manually`. */
export function manualChangeText(change: ManualChange): string {
  switch (change.kind) {
    case "enabled":
    case "disabled":
      return `${change.kind} manually`;
    case "default-rollout":
      return `${defaultRolloutText(change.live)}, set manually`;
    case "field":
      return `${change.group} changed manually`;
    case "unreadable":
      return `the row cannot be read (${change.problem})`;
  }
}

/** Describes what a sync does with a manual change. */
export function manualOutcomeText({ outcome, kind }: Pick<ManualChange, "outcome" | "kind">): string {
  if (outcome === "undone") return "undone";
  if (outcome === "overwritten") return "overwritten, because git changed it too; the audit keeps the old row";
  return kind === "disabled" ? "stays disabled until released" : "stays, because git did not change it";
}
