import { code, fenced } from "../../github/report/escape.ts";
import { keyText, lineText, moreText, nameText } from "../../github/report/words.ts";
import type { DriftReport } from "../../github/drift-issue.ts";
import type { Drift, HandWritten, Pending } from "./drift.ts";
import { driftCounts } from "./drift-text.ts";

/** Of each kind; the command prints all of them. */
const MOST_SHOWN = 100;

/** The issue of an environment that is not what the branch says. No age stands in it: it changes when what differs does. */
export function driftReport(drift: Drift): DriftReport {
  const { environment, byHand, pending, fence } = drift;
  const blocks = [
    `The flags of **${nameText(environment)}** are not what the branch says.`,
    ...(fence === null ? [] : [lineText(fence.message), fenced(fence.hint.split("\n"), "")]),
    ...(byHand.length === 0 ? [] : handBlocks(environment, byHand)),
    ...(pending === null ? [] : pendingBlocks(environment, pending)),
    "This issue is kept up to date by `hoist github drift`, and closed when they agree again.",
  ];
  return {
    title: `Flags: ${environment} is not what the branch says: ${driftCounts(drift)}`,
    body: blocks.join("\n\n"),
  };
}

/** What is said when it is over. */
export function settledText({ environment, desired }: Drift): string {
  return `The flags of **${nameText(environment)}** are what ${code(desired.slice(0, 7))} says again.`;
}

function handBlocks(environment: string, byHand: readonly HandWritten[]): readonly string[] {
  const rows = byHand.slice(0, MOST_SHOWN).map(({ key, what, fate, by }) => {
    const who = by === null ? "" : lineText(`${by.changedBy}${by.notes === null ? "" : `: ${by.notes}`}`);
    const when = by === null ? "" : minute(by.changedAt);
    return `| ${keyText(key)} | ${lineText(`${what}: ${fate}`)} | ${who} | ${when} |`;
  });
  const [first] = byHand;
  const key = first?.key ?? "KEY";
  return [
    "**Written to the table by hand**",
    ["| flag | what | who | when (UTC) |", "|---|---|---|---|", ...rows].join("\n"),
    ...moreText(byHand.length - rows.length, ""),
    "To keep it, write it into the file; or undo it:",
    fenced([`hoist adopt ${key} --env ${environment} --pr`, `hoist sync --env ${environment} --release ${key}`], "sh"),
  ];
}

function pendingBlocks(environment: string, { since, changes, landed }: Pending): readonly string[] {
  const rows = changes.slice(0, MOST_SHOWN).map(({ key, text }) => `| ${keyText(key)} | ${lineText(text)} |`);
  const from = landed.map(({ sha, subject, pullRequest }) => {
    const number = pullRequest === null ? "" : ` #${pullRequest}`;
    return `- ${code(sha.slice(0, 7))}${number} ${lineText(subject)}`;
  });
  return [
    `**Merged, but not live** since ${minute(since)} UTC`,
    ["| flag | change |", "|---|---|", ...rows].join("\n"),
    ...moreText(changes.length - rows.length, ""),
    from.join("\n"),
    "Look at the last run of the workflow that syncs, or run what it runs:",
    fenced([`hoist sync --env ${environment}`], "sh"),
  ];
}

/** `2026-11-20 14:02`. */
function minute(iso: string): string {
  return new Date(iso).toISOString().slice(0, 16).replace("T", " ");
}
