import type { EditedBy, ManualChange } from "../plan/manual-change.ts";
import { defaultRolloutText } from "./wording.ts";
import { printable } from "../printable.ts";

/** Describes a manual change: `disabled manually`, `10 % of everyone, set manually`. */
export function manualChangeText(change: ManualChange): string {
  switch (change.kind) {
    case "enabled":
    case "disabled":
    case "archived":
    case "restored":
      return `${change.kind} manually`;
    case "default-rollout":
      return `${defaultRolloutText(change.live)}, set manually`;
    case "field":
      return `${change.group} changed manually`;
    case "unreadable":
      return `the row cannot be read (${printable(change.problem)})`;
  }
}

/** Names who made a manual change, when (UTC) and with which note: `deploy@ops, 2026-11-18 03:12 UTC: INC-412`. */
export function editorText({ changedBy, changedAt, notes }: EditedBy): string {
  const at = changedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, "$1 $2 UTC");
  return printable(`${changedBy}, ${at}${notes === null || notes === "" ? "" : `: ${notes}`}`);
}

/** Describes what a sync does with a manual change. */
export function manualOutcomeText({
  outcome,
  kind,
  agreesWithGit,
  isArchived,
}: Pick<ManualChange, "outcome" | "kind" | "agreesWithGit" | "isArchived">): string {
  if (outcome === "undone") return isArchived === true ? "undone; the flag stays archived" : "undone";
  if (kind === "archived") return "undone, because its file exists";
  if (kind === "restored") return "undone, because it has no file";
  if (kind === "unreadable") {
    return outcome === "stays" ? "stays, because it has no file" : "rewritten from git; the audit keeps the old row";
  }
  if (outcome === "overwritten") return "overwritten, because git changed it too; the audit keeps the old row";
  if (isArchived === true) return "stays in the archived row until released";
  if (agreesWithGit === true) return "stays disabled until released, even when git enables it";
  return kind === "disabled" ? "stays disabled until released" : "stays, because git did not change it";
}
