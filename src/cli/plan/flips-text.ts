import { decidedByText } from "../../core/describe/decided-by.ts";
import { countText } from "../../core/text.ts";
import { percentText } from "../../impact/people-text.ts";
import type { FlagReport, Flips, Measured, Move } from "../../impact/report.ts";

/** More lines than that are no answer any more. */
const MAX_MOVES = 6;

/**
 * Who flips, one line each: `40.0 % of people off → on, nobody loses it (exact)`; where several lines answer, how many flip
 * at all and below it each line's part.
 */
export function flipLines({ flips, kind, action }: Pick<FlagReport, "flips" | "kind" | "action">): readonly string[] {
  const { flipped, moves } = flips;
  const [first, ...others] = moves;
  // That the archive of a flag flips nobody stands beside its key already.
  if (first === undefined) return kind === "no-op" && action === "archive" ? [] : [nobodyText(flips)];
  const consoled = kind === "widen" ? ", nobody loses it" : kind === "narrow" ? ", nobody gains it" : "";
  if (others.length === 0) {
    return [`${sizeText(first)} of people ${moveText(first)}${byText(first)}${consoled} (${methodText(flips)})`];
  }
  const parts = moves.slice(0, MAX_MOVES).map((move) => `  ${sizeText(move)} ${moveText(move)}${byText(move)}`);
  const more = moves.length > MAX_MOVES ? [`  and ${moves.length - MAX_MOVES} more`] : [];
  return [`${sizeText(flipped)} of people flip${consoled} (${methodText(flips)})`, ...parts, ...more];
}

/** `40.0 % of people flip (exact)`, for a whole environment. */
export function flippedText(flipped: Measured): string {
  if (flipped.share === 0) return flipped.margin === 0 ? "nobody flips" : `nobody flips of those that were asked`;
  return `${sizeText(flipped)} of people flip`;
}

function nobodyText(flips: Flips): string {
  const { margin } = flips.flipped;
  return margin === 0
    ? `nobody flips (${methodText(flips)})`
    : `nobody flips, or fewer than ${percentText(margin)} (${methodText(flips)})`;
}

/** `40.0 %`, `≈ 8.1 % ± 0.7`. */
export function sizeText({ share, margin }: Measured): string {
  return margin === 0 ? percentText(share) : `≈ ${percentText(share)} ± ${percentText(margin).replace(" %", "")}`;
}

function methodText({ method, sample }: Flips): string {
  if (method === "exact" || sample === null) return "exact";
  return method === "sampled" ? `${countText(sample)} people, 99 %` : `of ${countText(sample)} contexts`;
}

/** A variant whose value changed keeps its name. */
function moveText({ from, to }: Move): string {
  const [was, is] = [from ?? "not there", to ?? "fallback"];
  return was === is ? `${was} with another value` : `${was} → ${is}`;
}

/** Names the rule or the requirement that decides; the change itself says the other outcomes. */
function byText({ decidedBy }: Move): string {
  if (decidedBy.kind === "rule") return ` by ${decidedByText(decidedBy)}`;
  return decidedBy.kind === "requirement" ? " by what it requires" : "";
}
