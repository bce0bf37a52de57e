import { counted, countText, measuredText, methodText, percentText } from "./people-text.ts";
import type { Part } from "./markdown-shorten.ts";
import { keyText, lineText, nameText, toldEnvironments } from "./markdown-words.ts";
import type { ChangeReport, EnvironmentReport, FlagReport, Flips, Measured, Move } from "./report.ts";

/** More are folded away: a table is read up to here. */
const MOST_OPEN = 20;
const MOST_DIFFERENCES = 3;
const MOST_MOVES = 3;

const HEAD = ["| environment | flag | before → after | who flips | kind |", "|---|---|---|---|---|"];

/** Everything that somebody is answered otherwise, one row a flag and environment; what is over the limit is counted. */
export function changesPart(report: ChangeReport, elsewhere: string): Part {
  const rows = toldEnvironments(report).flatMap((each) =>
    each.flags.filter(({ kind }) => kind !== "no-op").map((flag) => rowText(each, flag)),
  );
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

function rowText({ environment }: EnvironmentReport, flag: FlagReport): string {
  const via = flag.via.length === 0 ? [] : [`via ${flag.via.slice(0, MOST_DIFFERENCES).map(lineText).join(", ")}`];
  const open = flag.needs.some(({ acknowledged }) => !acknowledged);
  const cells = [
    nameText(environment),
    [keyText(flag.key), ...via].join("<br>"),
    changeText(flag),
    flipsText(flag),
    [flag.kind, ...(open ? ["**needs acknowledgement**"] : [])].join("<br>"),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What a flag's change means, most telling first. */
export function changeText({ differences }: FlagReport): string {
  if (differences.length === 0) return "as it was itself";
  const shown = differences.slice(0, MOST_DIFFERENCES).map(({ text }) => lineText(text));
  const more = differences.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join("<br>");
}

/** `**40.0 %** off → on, nobody loses it (exact)`. */
function flipsText({ flips, kind }: FlagReport): string {
  const moves = betweenVariants(flips);
  if (moves.length === 0 || flips.flipped.share === 0) return nobodyText(flips);
  const shown = moves.slice(0, MOST_MOVES);
  const told = shown.map(({ share, from, to }) => `**${percentText(share)}** ${movedText({ from, to })}`);
  const more = moves.length - shown.length;
  const rest = more === 0 ? [] : [`and ${counted(more, "other move")}`];
  const loses = kind === "widen" ? ", nobody loses it" : "";
  const margin = Math.max(...shown.map((move) => move.margin));
  const notes = [...(margin > 0 ? [`± ${percentText(margin).replace(" %", "")}`] : []), methodText(flips)];
  return `${[...told, ...rest].join(", ")}${loses} (${notes.join(", ")})`;
}

function nobodyText(flips: Flips): string {
  if (flips.flipped.share > 0) return `${measuredText(flips.flipped)} (${methodText(flips)})`;
  if (flips.flipped.margin === 0) return `nobody (${methodText(flips)})`;
  return `nobody ${methodText(flips)} (at most ${percentText(flips.flipped.margin)})`;
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
