import { clipped, code, prose } from "./report/escape.ts";
import { reportMarkdown } from "./report/markdown.ts";
import type { ChangeReport } from "../impact/report.ts";
import type { Edited } from "../source/edit/edit-result.ts";
import type { Ground, Wish } from "./proposal.ts";

/** GitHub takes 65,536 characters; a sign of data may take ten to be shown as itself. */
const LONGEST = 64_000;
const LONGEST_NOTE = 2_000;
const LONGEST_LINE = 200;
const MOST_LINES = 10;

/** What a reviewer reads: why, who asked, what to know, and the report of who flips. Nothing in it acts but our own words. */
export function bodyOf(edited: Edited, report: ChangeReport, ground: Ground, wish: Wish): string {
  const parts = [
    ...noteParts(wish.note),
    ...(wish.requestedBy === undefined ? [] : [`Requested by ${code(clipped(wish.requestedBy, 200))}.`]),
    listText(toKnow(edited, ground, wish)),
  ].filter((part) => part !== "");
  const { branch, commit } = ground.tip;
  const end = `Made by ${code("hoist")} from ${code(branch)} at ${code(commit.slice(0, 7))}. Merging is what changes the flag: the sync after it brings it to the table.`;
  const around = Buffer.byteLength([...parts, end].join("\n\n")) + 4;
  return [...parts, reportMarkdown(report, { limit: LONGEST - around }), end].join("\n\n");
}

/** As it was written, line by line. */
function noteParts(note: string | undefined): readonly string[] {
  const lines = clipped(note ?? "", LONGEST_NOTE)
    .split(/\r?\n/)
    .map((line) => prose(line));
  const text = lines.join("\n").trim();
  // A line end inside a paragraph is one on GitHub; an empty line ends the paragraph.
  return text === "" ? [] : [text.replace(/\n{2,}/g, "\n\n")];
}

function toKnow({ failures, voided }: Edited, { isWhole }: Ground, { notes }: Wish): readonly string[] {
  return [
    ...notes.map((note) => prose(clipped(note, LONGEST_LINE))),
    ...voided.map((name) => `the acknowledgement for ${code(name)} stood for another end state, and is gone`),
    ...failures.map(
      ({ file, line, message }) => `fails now: ${code(`${file}:${line}`)} ${prose(clipped(message, LONGEST_LINE))}`,
    ),
    ...(isWhole
      ? []
      : ["flags that require this one were not looked at here: the checks of this pull request do that"]),
  ];
}

function listText(lines: readonly string[]): string {
  const more = lines.length - MOST_LINES;
  const shown = lines.slice(0, MOST_LINES).map((line) => `- ${line}`);
  return [...shown, ...(more > 0 ? [`- … and ${more} more`] : [])].join("\n");
}
