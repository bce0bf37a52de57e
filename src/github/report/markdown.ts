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

/** How long GitHub lets a comment and a body be, in characters. */
export const COMMENT_LIMIT = 65_536;
/** How long a step's summary may be, in bytes. */
export const SUMMARY_LIMIT = 1_048_576;

export interface MarkdownOptions {
  /** At most so many bytes of UTF-8, of which there are never fewer than characters; at least 1,000. */
  readonly limit: number;
  /** Where what had to be left out can be read, in a few words; else the command that prints all of it. */
  readonly elsewhere?: string;
}

/**
 * Renders the report for reviewers of the pull request: what merging does and to whom, then what to acknowledge, then what
 * it rests on. GitHub-flavoured markdown in which everything that comes from files, tables and git shows as its own text.
 * Too long, it loses whole parts and rows: first the sentences, the rules, changes without effect; last what needs acknowledgement.
 */
export function reportMarkdown(report: ChangeReport, { limit, elsewhere }: MarkdownOptions): string {
  const headline = alwaysPart(headlineText(report));
  const where = elsewhere === undefined ? pathText(`hoist plan --base ${report.from.ref}`) : prose(elsewhere);
  const leftOut = (names: readonly string[]) => `Left out for its length: ${names.join(", ")}. All of it: ${where}.`;
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
    // From here on names have to be absurdly long.
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

const NOTHING_CHANGES = "No flag changes: everyone is answered as before.";

/** Of a size that no data has a part in. */
function barest({ environments }: ChangeReport): string {
  const changed = environments.reduce((sum, { flags }) => sum + flags.length, 0);
  return `### Flags: ${changed} changes, too long to be shown here: \`hoist plan --base\` prints them`;
}
