import { counted } from "../../core/text.ts";
import type { Measured } from "../../impact/margin.ts";
import type { Flips } from "../../impact/report.ts";
import type { NetEffect, Suspect, Suspects } from "../../log/suspects.ts";
import type { Style } from "../terminal/io.ts";
import { sizeText } from "../plan/flips-text.ts";
import { shortCommit } from "../plan/plan-text.ts";
import { padded, widthOf, wrapped } from "../terminal/layout.ts";

/** How to render suspects. */
export interface SuspectsView {
  /** The environments that were searched. */
  readonly environments: readonly string[];
  readonly now: Date;
  readonly style: Style;
  /** The width of the terminal; undefined when lines may have any length. */
  readonly columns?: number | undefined;
}

/**
 * Renders suspects: live changes with the largest effect first, merged changes that are not live yet, combined effects,
 * and the commands that undo the first change.
 */
export function suspectsText(found: Suspects, view: SuspectsView): string {
  const { suspects } = found;
  if (suspects.length === 0) return nothingText(found, view);
  const live = suspects.filter(({ isLive }) => isLive !== false);
  const merged = suspects.filter(({ isLive }) => isLive === false);
  const blocks = [
    headText(found, view),
    shownText(live, view),
    merged.length === 0 ? "" : `Merged but not live yet:\n${shownText(merged, view)}`,
    netsText(found.nets, view),
    nextText(found, view),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function headText({ suspects, since, until, withoutTable }: Suspects, { environments, now }: SuspectsView): string {
  const isNow = Date.parse(until) >= now.getTime();
  const when = isNow ? `since ${momentText(since)}` : `from ${momentText(since)} to ${momentText(until)}`;
  const alone =
    withoutTable.length === 0 ? "" : `\nno table of ${withoutTable.join(", ")} could be read; only git was searched`;
  return `${counted(suspects.length, "change")} in ${environments.join(", ")} ${when} UTC${alone}`;
}

/** Renders an empty result, with the last change before the period. */
function nothingText(found: Suspects, view: SuspectsView): string {
  const { earlier } = found;
  const head = headText(found, view).replace(/^0 changes/, "Nothing changed");
  return earlier === null ? head : `${head}\n\nThe last change before that:\n${rowsText([earlier], view)}`;
}

/** The maximum number of changes that are shown. The changes that are left out affect fewer people. */
const MAX_SHOWN = 50;

function shownText(suspects: readonly Suspect[], view: SuspectsView): string {
  const more = suspects.length - MAX_SHOWN;
  const rows = rowsText(suspects.slice(0, MAX_SHOWN), view);
  return more > 0
    ? `${rows}\n${view.style("dim", `… and ${more} more with a smaller effect; --format json lists all`)}`
    : rows;
}

function netsText(nets: readonly NetEffect[], view: SuspectsView): string {
  const more = nets.length - MAX_SHOWN;
  const lines = nets.slice(0, MAX_SHOWN).map((net) => netText(net, view));
  return [...lines, ...(more > 0 ? [`… and ${more} more flags that changed more than once`] : [])].join("\n");
}

interface Row {
  readonly cells: readonly string[];
  readonly text: string;
  readonly who: string;
  readonly tail: string;
}

function rowsText(suspects: readonly Suspect[], view: SuspectsView): string {
  const rows = suspects.map((suspect) => rowOf(suspect, view));
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(0, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  const longest = (part: (row: Row) => string) => {
    return Math.max(0, ...rows.map((row) => part(row).length).filter((length) => length <= WIDEST));
  };
  const [text, who] = [longest((row) => row.text), longest((row) => row.who)];
  const lines = rows.map((row) => {
    const start = row.cells.map((cell, at) => padded(cell, widths[at] ?? 0)).filter((cell) => cell !== "");
    const style = view.style("dim", row.tail);
    return [...start, padded(row.text, text), padded(row.who, who), style].join("  ").trimEnd();
  });
  const columns = view.columns ?? Infinity;
  if (lines.every((line) => widthOf(line) <= columns)) return lines.join("\n");
  return rows.map((row) => narrowText(row, columns, view)).join("\n");
}

/** The widest cell that is aligned. A longer one moves only its own remaining cells to the right. */
const WIDEST = 64;

function narrowText({ cells, text, who, tail }: Row, columns: number, { style }: SuspectsView): string {
  const head = cells.filter((cell) => cell !== "" && cell !== "–").join("  ");
  const below = [...wrapped(text, columns - 4), ...wrapped(who, columns - 4), style("dim", tail)];
  return [...wrapped(head, columns - 4), ...below.filter((line) => line !== "").map((line) => `  ${line}`)].join("\n");
}

function rowOf(suspect: Suspect, { environments }: SuspectsView): Row {
  const { at, by, pullRequest, environment, key, text, note, source, problem, flips, commit, revision } = suspect;
  const noted = source === "by hand" && note !== null && note !== "" ? ` (${note})` : "";
  return {
    cells: [
      momentText(at),
      by,
      pullRequest === null ? "–" : `#${pullRequest}`,
      environments.length === 1 ? "" : environment,
      key,
    ],
    text: `${text}${noted}`,
    who: flips === null ? `cannot be measured: ${problem ?? "unknown"}` : flippedText(flips),
    tail: [commit === null ? "" : shortCommit(commit), revision === null ? "" : `revision ${revision}`]
      .filter((part) => part !== "")
      .join("  "),
  };
}

/** Returns how many people get a different answer, e.g. `40.0 % off → on` or `nobody`. */
function flippedText({ method, flipped, moves, guessed }: Flips): string {
  if (method === "too-large") return "not measured: too large";
  const isGuess = guessed.length > 0;
  const end = isGuess ? " (a guess)" : "";
  if (flipped.share === 0) return flipped.margin === 0 ? "nobody" : "nobody in the sample";
  const ways = new Map<string, Measured>();
  for (const { from, to, share, margin } of moves) {
    const way = `${from ?? "no flag"} → ${to ?? "fallback"}`;
    const known = ways.get(way);
    ways.set(way, { share: share + (known?.share ?? 0), margin: Math.max(margin, known?.margin ?? 0) });
  }
  const [[only] = []] = ways;
  if (only !== undefined && ways.size === 1) return `${sizeText(flipped, isGuess)} ${only}${end}`;
  const largest = [...ways].sort(([, a], [, b]) => b.share - a.share).slice(0, 2);
  const texts = largest.map(([way, measured]) => `${sizeText(measured, isGuess)} ${way}`);
  const more = ways.size > 2 ? ", …" : "";
  return `${sizeText(flipped, isGuess)} flip: ${texts.join(", ")}${more}${end}`;
}

function netText({ environment, key, changes, flips }: NetEffect, { environments }: SuspectsView): string {
  const where = environments.length === 1 ? "" : ` in ${environment}`;
  const all = flips === null ? "cannot be measured" : isNobody(flips) ? "no answer changes" : flippedText(flips);
  return `${key}${where}: ${changes} changes; combined effect: ${all}`;
}

function isNobody({ flipped, method }: Flips): boolean {
  return flipped.share === 0 && method !== "too-large";
}

/** Returns the commands that undo the first change that still has an effect. */
function nextText({ suspects, nets }: Suspects, { style }: SuspectsView): string {
  const first = suspects.find((suspect) => {
    const { isLive, flips, environment, key } = suspect;
    if (isLive === false || (flips !== null && isNobody(flips))) return false;
    const net = nets.find((each) => each.environment === environment && each.key === key);
    return net?.flips === undefined || net.flips === null || !isNobody(net.flips);
  });
  if (first === undefined) return "None of these changes has an effect now.";
  const lines = undoLines(first);
  const width = Math.max(...lines.map(([line]) => line.length));
  const texts = lines.map(([line, what]) => `  ${padded(line, width)}   ${style("dim", what)}`);
  return [`To undo the first, ${first.key}:`, ...texts].join("\n");
}

function undoLines({ undo, key, environment, previous }: Suspect): readonly (readonly [string, string])[] {
  const kill = [`hoist kill ${key}`, "prints the commands that disable it at once, without git"] as const;
  switch (undo) {
    case "release":
      return [[`hoist sync --env ${environment} --release ${key}`, "discards the manual change"], kill];
    case "switch off":
      return [
        [`hoist set ${key} enabled=false --env ${environment} --pr`, "opens the pull request that disables it"],
        kill,
      ];
    case "revert":
      return [
        [
          `hoist log ${key} --env ${environment}`,
          "shows the commit to revert, because the flag's own file did not change or was deleted",
        ],
      ];
    case "rollback": {
      const to = previous === null ? "" : ` --to ${shortRef(previous)}`;
      return [[`hoist rollback ${key} --env ${environment}${to} --pr`, "opens the pull request that undoes it"], kill];
    }
  }
}

function shortRef(ref: string): string {
  return ref.endsWith("^") ? `${shortCommit(ref)}^` : shortCommit(ref);
}

function momentText(at: string): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}
