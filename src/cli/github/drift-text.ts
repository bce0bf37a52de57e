import { counted } from "../../core/text.ts";
import type { DriftIssue } from "../../github/drift-issue.ts";
import type { Drift } from "./drift.ts";
import type { Style } from "../terminal/io.ts";
import { agoText } from "../terminal/age.ts";
import { byWhom, shortCommit } from "../plan/plan-text.ts";
import { padded } from "../terminal/table.ts";

/** What differs between a table and the branch; the headline first. */
export function driftText(drift: Drift, now: Date, style: Style): string {
  const { environment, database, desired, byHand, pending, fence } = drift;
  if (fence !== null) return `${style("yellow", "!")} ${fence.message}\n${fence.hint}`;
  const at = shortCommit(desired);
  if (byHand.length === 0 && pending === null) return `${style("green", "✓")} ${environment} says what ${at} says`;
  const changes = pending?.changes ?? [];
  const width = Math.min(40, Math.max(...[...byHand, ...changes].map(({ key }) => key.length)));
  const blocks = [
    `${environment} is not what ${at} says: ${driftCounts(drift)}\ndatabase ${database}`,
    byHand
      .map(
        ({ key, what, fate, by }) =>
          `${style("yellow", "!")} ${padded(key, width)}  ${what}${byWhom(by ?? undefined, now)}: ${fate}`,
      )
      .join("\n"),
    changes.map(({ key, text }) => `${style("yellow", "~")} ${padded(key, width)}  ${text}`).join("\n"),
    pending === null
      ? ""
      : `not live since ${agoText(pending.since, now)}: ${pending.landed.map(landedText).join(", ")}`,
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** `1 change by hand, 2 not live`. */
export function driftCounts({ byHand, pending, fence }: Drift): string {
  if (fence !== null) return "it was synced from elsewhere";
  const parts = [
    byHand.length === 0 ? "" : `${counted(byHand.length, "change")} by hand`,
    pending === null ? "" : `${counted(pending.changes.length, "merged change")} not live`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function landedText({ sha, pullRequest }: { readonly sha: string; readonly pullRequest: number | null }): string {
  return pullRequest === null ? shortCommit(sha) : `#${pullRequest} (${shortCommit(sha)})`;
}

/** What became of the issue. */
export function driftIssueText({ action, number, url }: DriftIssue, style: Style): string {
  if (number === null) return "";
  const did = {
    opened: `issue #${number} opened`,
    updated: `issue #${number} updated`,
    unchanged: `issue #${number} says so already`,
    closed: `issue #${number} closed`,
    none: "",
  }[action];
  return did === "" ? "" : `${style("green", "✓")} ${did}  ${url ?? ""}`.trimEnd();
}
