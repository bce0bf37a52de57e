import { prose } from "./escape.ts";
import { headlineText, lossesText } from "./headline.ts";
import {
  acknowledgedPart,
  checksPart,
  movesPart,
  needsPart,
  noOpsPart,
  problemsPart,
  warningsPart,
  wordsPart,
} from "./parts.ts";
import { shortened, type Cut, type Part } from "./shorten.ts";
import { changesPart } from "./table.ts";
import { changedEnvironments, pathText } from "./words.ts";
import type { ChangeReport } from "../../impact/report.ts";

/** The maximum number of characters of a comment or a body on GitHub. */
export const COMMENT_LIMIT = 65_536;
/** The maximum size in bytes of the summary of a step. */
export const SUMMARY_LIMIT = 1_048_576;

/** The limits of {@link reportMarkdown}. */
export interface MarkdownOptions {
  /**
   * The maximum size in bytes of UTF-8, at least 1,000. A text never has more characters than bytes, so this also
   * limits the characters.
   */
  readonly limit: number;
  /** Where to read what was left out, in a few words; by default, the command that prints all of it. */
  readonly elsewhere?: string;
}

/**
 * Renders the report for reviewers of a pull request: what merging changes and for whom, what to acknowledge, and what
 * the figures are based on. Returns GitHub-flavoured Markdown in which every text from files, tables and git is shown
 * literally. A report over the limit loses whole parts and rows: first the sentences, the rules and the changes without
 * effect; last what needs acknowledgement.
 */
export function reportMarkdown(report: ChangeReport, { limit, elsewhere }: MarkdownOptions): string {
  const headline = alwaysPart(headlineText(report));
  const where = elsewhere === undefined ? pathText(`hoist plan --base ${report.from.ref}`) : prose(elsewhere);
  const leftOut = (names: readonly string[]) =>
    `Left out to keep this short: ${names.join(", ")}. For the complete report, see ${where}.`;
  if (changedEnvironments(report).length === 0) return shortened([headline], [], { limit, leftOut }) ?? NOTHING_CHANGES;
  const changes = changesPart(report, where);
  const [needs, problems] = [needsPart(report), problemsPart(report)];
  const [warnings, acknowledged] = [warningsPart(report), acknowledgedPart(report)];
  const [noOps, words, moves, checks] = [noOpsPart(report), wordsPart(report), movesPart(report), checksPart(report)];
  const losses = alwaysPart(lossesText(report));
  const parts = [headline, losses, problems, changes, needs, warnings, acknowledged, noOps, words, moves, checks];
  const cuts: readonly Cut[] = [
    { part: words, least: 0, isWhole: true },
    { part: moves, least: 0, isWhole: true },
    { part: noOps, least: 0 },
    { part: changes, least: 20 },
    { part: acknowledged, least: 5 },
    { part: warnings, least: 5 },
    { part: checks, least: 0, isWhole: true },
    { part: changes, least: 5 },
    { part: needs, least: 5 },
    // Only absurdly long names lead here.
    { part: acknowledged, least: 0 },
    { part: warnings, least: 0 },
    { part: changes, least: 0 },
    { part: problems, least: 1 },
    { part: needs, least: 0 },
    { part: problems, least: 0 },
  ];
  return shortened(parts, cuts, { limit, leftOut }) ?? barest(report);
}

function alwaysPart(text: string): Part {
  return { name: "", items: 0, text: () => text };
}

const NOTHING_CHANGES = "No flag changes: every answer stays the same.";

/** Returns a text whose length does not depend on data. */
function barest({ environments }: ChangeReport): string {
  const changed = environments.reduce((sum, { flags }) => sum + flags.length, 0);
  return `### Flags: ${changed} changes, too long to be shown here: \`hoist plan --base\` prints them`;
}
