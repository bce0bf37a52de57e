import { code, fenced } from "../../github/report/escape.ts";
import { keyText, lineText, listText, nameText, tableText } from "../../github/report/words.ts";
import type { DriftReport } from "../../github/drift-issue.ts";
import type { Drift, ManualChange, Pending } from "./find-drift.ts";
import { driftCounts } from "./drift-text.ts";

/** The maximum number of rows of each table; the command prints all of them. */
const MAX_ROWS = 100;

/** Returns the issue for a drift. It contains no relative times, so that it changes only when the drift does. */
export function driftReport(drift: Drift): DriftReport {
  const { environment, manualChanges, pending, diverged } = drift;
  const blocks = [
    `The table of **${nameText(environment)}** differs from the branch.`,
    ...(diverged === null ? [] : [lineText(diverged.message), fenced(diverged.hint.split("\n"), "")]),
    ...(manualChanges.length === 0 ? [] : manualBlocks(environment, manualChanges)),
    ...(pending === null ? [] : pendingBlocks(environment, pending)),
    "`hoist github drift` keeps this issue up to date, and closes it when they agree again.",
  ];
  return {
    title: `Flags: ${environment} differs from the branch: ${driftCounts(drift)}`,
    body: blocks.join("\n\n"),
  };
}

/** Returns the comment with which the issue is closed. */
export function closingComment({ environment, desired }: Drift): string {
  return `The table of **${nameText(environment)}** agrees with ${code(desired.slice(0, 7))} again.`;
}

function manualBlocks(environment: string, manualChanges: readonly ManualChange[]): readonly string[] {
  const rows = manualChanges.map(({ key, what, fate, by }) => {
    const who = by === null ? "" : lineText(`${by.changedBy}${by.notes === null ? "" : `: ${by.notes}`}`);
    const when = by === null ? "" : minute(by.changedAt);
    return `| ${keyText(key)} | ${lineText(`${what}: ${fate}`)} | ${who} | ${when} |`;
  });
  const [first] = manualChanges;
  const key = first?.key ?? "KEY";
  return [
    "**Manual changes in the table**",
    ...tableBlocks(["flag", "what", "who", "when (UTC)"], rows),
    "Write a change into the flag's file to keep it, or discard it:",
    fenced([`hoist adopt ${key} --env ${environment} --pr`, `hoist sync --env ${environment} --release ${key}`], "sh"),
  ];
}

function pendingBlocks(environment: string, { since, changes, commits }: Pending): readonly string[] {
  const rows = changes.map(({ key, text }) => `| ${keyText(key)} | ${lineText(text)} |`);
  const merged = commits.map(({ sha, subject, pullRequest }) => {
    const number = pullRequest === null ? "" : ` #${pullRequest}`;
    return `${code(sha.slice(0, 7))}${number} ${lineText(subject)}`;
  });
  return [
    `**Merged, but not live** since ${minute(since)} UTC`,
    ...tableBlocks(["flag", "change"], rows),
    listText(merged),
    "See the last run of the sync workflow, or sync yourself:",
    fenced([`hoist sync --env ${environment}`], "sh"),
  ];
}

function tableBlocks(columns: readonly string[], rows: readonly string[]): readonly string[] {
  const rest = rows.length - MAX_ROWS;
  return [tableText(columns, rows.slice(0, MAX_ROWS)), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}

/** Returns a time in UTC to the minute, e.g. `2026-11-20 14:02`. */
function minute(iso: string): string {
  return new Date(iso).toISOString().slice(0, 16).replace("T", " ");
}
