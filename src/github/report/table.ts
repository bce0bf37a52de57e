import { archivedText, differenceText } from "../../core/describe/describe-difference.ts";
import { countText, counted } from "../../core/text.ts";
import { assumedText, guessText, marginText, peopleWithText, percentText } from "../../impact/people-text.ts";
import type { Part } from "./shorten.ts";
import { detailsText, figureText, firstOf, keyText, lineText, nameText, sharedTexts, tableText } from "./words.ts";
import type { Move } from "../../impact/moves.ts";
import type { ChangeReport, FlagReport, Flips } from "../../impact/report.ts";

/** The maximum number of rows that are shown unfolded. */
const MAX_OPEN = 10;
const MAX_DIFFERENCES = 3;
/** With more moves, the share of everyone who moves comes first. */
const MAX_MOVES = 2;

const COLUMNS = ["environment", "flag", "who flips", "before → after", "kind"];

/** Shows every change that changes an answer, in a row for each flag. Rows that are left out are counted. */
export function changesPart(report: ChangeReport, elsewhere: string): Part {
  const rows = rowsText(report, (flag) => (flag.kind === "no-op" ? [] : [cellsOf(flag)]));
  return {
    name: "the changes",
    items: rows.length,
    text: (shown) => {
      if (shown === 0) return "";
      const blocks = [tableText(COLUMNS, rows.slice(0, Math.min(shown, MAX_OPEN)))];
      if (shown > MAX_OPEN) {
        const folded = tableText(COLUMNS, rows.slice(MAX_OPEN, shown));
        blocks.push(detailsText(counted(shown - MAX_OPEN, "more change"), folded));
      }
      if (shown < rows.length) blocks.push(`… and ${countText(rows.length - shown)} more: see ${elsewhere}`);
      return blocks.join("\n\n");
    },
  };
}

/** Returns the rows of a table, whose first column is the environment. Environments with the same cells share a row. */
export function rowsText(
  report: ChangeReport,
  cellsOfFlag: (flag: FlagReport) => readonly (readonly string[])[],
): readonly string[] {
  const shared = sharedTexts(report, (flag) => cellsOfFlag(flag).map((cells) => cells.join(" | ")));
  return shared.map(({ where, text }) => `| ${where.join("<br>")} | ${text} |`);
}

function cellsOf(flag: FlagReport): readonly string[] {
  const via =
    flag.via.length === 0
      ? []
      : [
          `via ${flag.via
            .slice(0, MAX_DIFFERENCES)
            .map((text) => lineText(text))
            .join(", ")}`,
        ];
  const open = flag.needs.some(({ acknowledged }) => !acknowledged);
  return [
    [keyText(flag.key), ...via].join("<br>"),
    flipsText(flag),
    changeText(flag),
    [flag.kind === "reshuffle" ? "**reshuffle**" : flag.kind, ...(open ? ["**acknowledge**"] : [])].join("<br>"),
  ];
}

/** Describes what changes in the flag itself, the most important difference first. */
export function changeText({ differences }: FlagReport): string {
  if (differences.length === 0) return "itself unchanged";
  // The next column shows how many people an archive affects.
  const texts = differences.map((each) =>
    lineText(each.kind === "archived" ? archivedText(each) : differenceText(each)),
  );
  return firstOf(texts, MAX_DIFFERENCES, (rest) => `and ${rest} more`).join("<br>");
}

/** Returns who flips: `**40.0 %** off → on, nobody loses anything (exact)`, `**8.1 %** off → on (± 0.5)`, `nobody (exact)`. */
export function flipsText({ flips, kind }: Pick<FlagReport, "flips" | "kind">): string {
  const { flipped, method } = flips;
  if (method === "too-large") return "not measured: too large";
  const moves = betweenVariants(flips);
  if (moves.length === 0 || flipped.share === 0) return uniformText(flips);
  const shown = moves.slice(0, MAX_MOVES);
  const rest = moves.length - shown.length;
  const texts = shown.map((move) => {
    const figure = figureText(percentText(move.share));
    return `${rest === 0 ? `**${figure}**` : figure} ${movedText(move)}`;
  });
  const margin = rest === 0 ? Math.max(...shown.map((move) => move.margin)) : flipped.margin;
  const end = `${kind === "widen" ? ", nobody loses anything" : ""} ${howText(flips, margin)}${assumptionText(flips)}`;
  if (rest === 0) return `${texts.join(", ")}${end}`;
  const total = figureText(percentText(flipped.share));
  return `**${total}**: ${[...texts, counted(rest, "other move")].join(", ")}${end}`;
}

/** Returns who flips when no moves between variants are known. */
function uniformText(flips: Flips): string {
  const { flipped, sample } = flips;
  if (flipped.share > 0) return `${figureText(percentText(flipped.share))} ${howText(flips, flipped.margin)}`;
  if (flipped.margin === 0 || sample === null) return `nobody ${howText(flips, 0)}`;
  return figureText(`none of ${countText(sample)} people (at most ${percentText(flipped.margin)})`);
}

/** Returns how exact the figures are: `(exact, of people who have a userId)`, `(± 0.5)`. */
function howText({ method, sample, among, guessed }: Flips, margin: number): string {
  if (method === "counted" && sample !== null) return `(of ${counted(sample, "context")})`;
  if (method === "exact" || sample === null || margin === 0) {
    return method === "exact" && among.length > 0 ? `(exact, of ${peopleWithText(among, nameText)})` : "(exact)";
  }
  return guessed.length > 0 ? `(${guessText(guessed, nameText)})` : `(${figureText(marginText(margin))})`;
}

function assumptionText({ assumed }: Flips): string {
  return assumed.length === 0 ? "" : `<br>assumed: ${assumedText(assumed, nameText)}`;
}

/** Returns the old and the new variant, e.g. `off → on`; for a flag that does not exist, programs get their fallback. */
export function movedText({ from, to }: Pick<Move, "from" | "to">): string {
  // The variant's own value changed.
  if (from === to) return `${variantText(to)}, which has a new value`;
  return `${variantText(from)} → ${variantText(to)}`;
}

function variantText(variant: string | null): string {
  return variant === null ? "*fallback*" : nameText(variant);
}

/** Returns the moves without regard to what decides them, largest first. The sum of margins is never too small. */
function betweenVariants({ moves, flipped }: Flips): readonly Omit<Move, "decidedBy">[] {
  const groups = Map.groupBy(moves, ({ from, to }) => JSON.stringify([from, to]));
  const sums = [...groups.values()].map((group) =>
    group.reduce((sum, { share, margin }) => ({ ...sum, share: sum.share + share, margin: sum.margin + margin })),
  );
  if (sums.length === 1) return sums.map((only) => ({ ...only, ...flipped }));
  return sums.sort((a, b) => b.share - a.share);
}
