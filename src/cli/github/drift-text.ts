import { counted } from "../../core/text.ts";
import type { DriftIssue } from "../../github/drift-issue.ts";
import type { Drift } from "./find-drift.ts";
import type { Style } from "../terminal/io.ts";
import { agoText } from "../terminal/age.ts";
import { byWhom, shortCommit } from "../plan/plan-text.ts";
import { padded } from "../terminal/layout.ts";
import { jsonText } from "../terminal/json-text.ts";

/** Returns how a table differs from the branch as text. */
export function driftText(drift: Drift, now: Date, style: Style): string {
  const { environment, database, desired, manualChanges, pending, diverged } = drift;
  if (diverged !== null) return `${style("yellow", "!")} ${diverged.message}\n${diverged.hint}`;
  const at = shortCommit(desired);
  if (manualChanges.length === 0 && pending === null) return `${style("green", "✓")} ${environment} agrees with ${at}`;
  const changes = pending?.changes ?? [];
  const width = Math.min(40, Math.max(...[...manualChanges, ...changes].map(({ key }) => key.length)));
  const line = (sign: string, key: string, text: string) => `${style("yellow", sign)} ${padded(key, width)}  ${text}`;
  const blocks = [
    `${environment} differs from ${at}: ${driftCounts(drift)}\ndatabase ${database}`,
    manualChanges
      .map(({ key, what, fate, by }) => line("!", key, `${what}${byWhom(by ?? undefined, now)}: ${fate}`))
      .join("\n"),
    changes.map(({ key, text }) => line("~", key, text)).join("\n"),
    pending === null
      ? ""
      : `merged ${agoText(pending.since, now)}, but not live: ${pending.commits.map(commitText).join(", ")}`,
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** Returns the number of differences of each kind, e.g. `1 manual change, 2 merged changes not live`. */
export function driftCounts({ manualChanges, pending, diverged }: Drift): string {
  if (diverged !== null) return "it was synced from another branch";
  const parts = [
    manualChanges.length === 0 ? "" : counted(manualChanges.length, "manual change"),
    pending === null ? "" : `${counted(pending.changes.length, "merged change")} not live`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function commitText({ sha, pullRequest }: { readonly sha: string; readonly pullRequest: number | null }): string {
  return pullRequest === null ? shortCommit(sha) : `#${pullRequest} (${shortCommit(sha)})`;
}

const ISSUE_TEXTS = { opened: "opened", updated: "updated", unchanged: "is up to date", closed: "closed" } as const;

/** Describes what was done with the issue; "" when nothing was done. */
export function driftIssueText({ action, number, url }: DriftIssue, style: Style): string {
  return action === "none" ? "" : `${style("green", "✓")} issue #${number} ${ISSUE_TEXTS[action]}  ${url}`;
}

/** Returns a drift as JSON, with the field names of the first release. */
export function driftJson(outcome: "agrees" | "differs", drift: Drift, issue: DriftIssue | null): string {
  const { manualChanges, pending, diverged, ...rest } = drift;
  const { commits, ...others } = pending ?? {};
  const pendingJson = pending === null ? null : { ...others, landed: commits };
  const fields = { outcome, ...rest, byHand: manualChanges, pending: pendingJson, fence: diverged, issue };
  return jsonText(fields);
}
