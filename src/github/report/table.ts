import { archivedText, differenceText } from "../../core/describe/describe-difference.ts";
import { countText, counted } from "../../core/text.ts";
import { marginText, percentText } from "../../impact/people-text.ts";
import type { Part } from "./shorten.ts";
import { figureText, keyText, lineText, nameText, toldEnvironments } from "./words.ts";
import type { ChangeReport, FlagReport, Flips, Measured, Move } from "../../impact/report.ts";

/** More are folded away: a table is read up to here. */
const MOST_OPEN = 10;
const MOST_DIFFERENCES = 3;
/** More than these are led by how many people move at all. */
const MOST_MOVES = 2;

const HEAD = ["| environment | flag | who flips | before → after | kind |", "|---|---|---|---|---|"];

/** Everything that somebody is answered otherwise, one row a flag and what happens to it; what is over the limit is counted. */
export function changesPart(report: ChangeReport, elsewhere: string): Part {
  const rows = rowsText(report, (flag) => (flag.kind === "no-op" ? [] : [cellsText(flag)]));
  return {
    name: "the changes",
    items: rows.length,
    text: (shown) => {
      if (shown === 0) return "";
      const blocks = [[...HEAD, ...rows.slice(0, Math.min(shown, MOST_OPEN))].join("\n")];
      if (shown > MOST_OPEN) {
        const folded = [...HEAD, ...rows.slice(MOST_OPEN, shown)].join("\n");
        blocks.push(detailsText(counted(shown - MOST_OPEN, "more change"), folded));
      }
      if (shown < rows.length) blocks.push(`… and ${countText(rows.length - shown)} more: see ${elsewhere}`);
      return blocks.join("\n\n");
    },
  };
}

/** A block that opens at a click; `summary` is ours and plain, the body markdown. */
export function detailsText(summary: string, body: string, isOpen = false): string {
  return `<details${isOpen ? " open" : ""}><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A table's rows, each after its environment; those that read alike in several environments are one. */
export function rowsText(report: ChangeReport, cellsOf: (flag: FlagReport) => readonly string[]): readonly string[] {
  const rows = new Map<string, readonly string[]>();
  for (const { environment, flags } of toldEnvironments(report)) {
    for (const cells of flags.flatMap(cellsOf)) rows.set(cells, [...(rows.get(cells) ?? []), nameText(environment)]);
  }
  return [...rows].map(([cells, where]) => `| ${where.join("<br>")} | ${cells} |`);
}

function cellsText(flag: FlagReport): string {
  const via = flag.via.length === 0 ? [] : [`via ${flag.via.slice(0, MOST_DIFFERENCES).map(lineText).join(", ")}`];
  const open = flag.needs.some(({ acknowledged }) => !acknowledged);
  return [
    [keyText(flag.key), ...via].join("<br>"),
    flipsText(flag),
    changeText(flag),
    [flag.kind === "reshuffle" ? "**reshuffle**" : flag.kind, ...(open ? ["**acknowledge**"] : [])].join("<br>"),
  ].join(" | ");
}

/** What a flag's change means, most telling first. */
export function changeText({ differences }: FlagReport): string {
  if (differences.length === 0) return "itself unchanged";
  // The next column says in figures whose answer an archive changes.
  const told = differences.map((each) => (each.kind === "archived" ? archivedText(each.flag) : differenceText(each)));
  const shown = told.slice(0, MOST_DIFFERENCES).map(lineText);
  const more = differences.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join("<br>");
}

/** `**40.0 %** off → on, nobody loses it (exact)`, `**8.1 %** off → on (± 0.5)`, `nobody (exact)`. */
export function flipsText({ flips, kind }: Pick<FlagReport, "flips" | "kind">): string {
  const moves = betweenVariants(flips);
  if (moves.length === 0 || flips.flipped.share === 0) return figureText(uniformText(flips));
  const shown = moves.slice(0, MOST_MOVES);
  const more = moves.length - shown.length;
  const all = more === 0 ? "" : `**${figureText(percentText(flips.flipped.share))}**: `;
  const told = shown.map(({ share, from, to }) => {
    const figure = figureText(percentText(share));
    return `${more === 0 ? `**${figure}**` : figure} ${movedText({ from, to })}`;
  });
  const rest = more === 0 ? [] : [counted(more, "other move")];
  const loses = kind === "widen" ? ", nobody loses it" : "";
  const margin = more > 0 ? flips.flipped.margin : Math.max(...shown.map((move) => move.margin));
  return `${all}${[...told, ...rest].join(", ")}${loses} ${figureText(howText(flips, margin))}`;
}

/** Where there is no move to tell. */
function uniformText(flips: Flips): string {
  const { flipped, sample } = flips;
  if (flipped.share > 0) return `${percentText(flipped.share)} ${howText(flips, flipped.margin)}`;
  if (flipped.margin === 0 || sample === null) return `nobody ${howText(flips, 0)}`;
  return `nobody of ${countText(sample)} people (at most ${percentText(flipped.margin)})`;
}

/** How the figures were come by. */
function howText({ method, sample }: Flips, margin: number): string {
  if (method === "counted" && sample !== null) return `(of ${counted(sample, "context")})`;
  if (method === "exact" || sample === null || margin === 0) return "(exact)";
  return `(${marginText(margin)})`;
}

/** From which variant to which; a flag that is not there answers what programs fall back on. */
export function movedText({ from, to }: Pick<Move, "from" | "to">): string {
  // The variant's own value changed.
  if (from === to) return `${variantText(to)}, which has another value`;
  return `${variantText(from)} → ${variantText(to)}`;
}

function variantText(variant: string | null): string {
  return variant === null ? "*fallback*" : nameText(variant);
}

/** Whatever line moves them, largest first. The margins of what is added are added: never too small. */
function betweenVariants({ moves, flipped }: Flips): readonly (Measured & Pick<Move, "from" | "to">)[] {
  const sums = new Map<string, Measured & Pick<Move, "from" | "to">>();
  for (const { from, to, share, margin } of moves) {
    const name = JSON.stringify([from, to]);
    const sum = sums.get(name);
    sums.set(name, { from, to, share: (sum?.share ?? 0) + share, margin: (sum?.margin ?? 0) + margin });
  }
  const all = [...sums.values()].sort((a, b) => b.share - a.share);
  const [only] = all;
  return only !== undefined && all.length === 1 ? [{ ...only, ...flipped }] : all;
}
