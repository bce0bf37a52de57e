import { decidedByText } from "../../core/describe/decided-by.ts";
import { countText } from "../../core/text.ts";
import { percentText } from "../../impact/people-text.ts";
import type { Measured } from "../../impact/margin.ts";
import type { Move } from "../../impact/moves.ts";
import type { FlagReport, Flips } from "../../impact/report.ts";

/** The maximum number of moves that are listed for one flag. */
const MAX_MOVES = 6;

/**
 * Returns who flips, e.g. `40.0 % of people off → on, nobody loses it (exact)`. With several moves, the first line
 * gives the total, and a line below it each move.
 */
export function flipLines({ flips, kind, action }: Pick<FlagReport, "flips" | "kind" | "action">): readonly string[] {
  const { flipped, moves } = flips;
  const [first, ...others] = moves;
  // The line of the archived flag already says that nobody flips.
  if (first === undefined) return kind === "no-op" && action === "archive" ? [] : [nobodyText(flips)];
  const direction = kind === "widen" ? ", nobody loses it" : kind === "narrow" ? ", nobody gains it" : "";
  if (others.length === 0) {
    return [`${sizeText(first)} of people ${moveText(first)}${byText(first)}${direction} (${methodText(flips)})`];
  }
  const parts = moves.slice(0, MAX_MOVES).map((move) => `  ${sizeText(move)} ${moveText(move)}${byText(move)}`);
  const more = moves.length > MAX_MOVES ? [`  … and ${moves.length - MAX_MOVES} more`] : [];
  return [`${sizeText(flipped)} of people flip${direction} (${methodText(flips)})`, ...parts, ...more];
}

/** Returns how many people flip in a whole environment, e.g. `40.0 % of people flip`. */
export function flippedText(flipped: Measured): string {
  if (flipped.share === 0) return flipped.margin === 0 ? "nobody flips" : "nobody flips in the sample";
  return `${sizeText(flipped)} of people flip`;
}

function nobodyText(flips: Flips): string {
  const { margin } = flips.flipped;
  return margin === 0
    ? `nobody flips (${methodText(flips)})`
    : `nobody in the sample flips; at most ${percentText(margin)} of people do (${methodText(flips)})`;
}

/** Returns a share with its margin: `40.0 %`, `≈ 8.1 % ± 0.7`. */
export function sizeText({ share, margin }: Measured): string {
  return margin === 0 ? percentText(share) : `≈ ${percentText(share)} ± ${percentText(margin).replace(" %", "")}`;
}

function methodText({ method, sample }: Flips): string {
  if (method === "exact" || sample === null) return "exact";
  return method === "sampled" ? `${countText(sample)} people, 99 % confidence` : `of ${countText(sample)} contexts`;
}

/** Returns the old and the new variant, e.g. `off → on`. A variant whose value changed keeps its name. */
function moveText({ from, to }: Move): string {
  const [was, is] = [from ?? "no flag", to ?? "fallback"];
  return was === is ? `${was} with a new value` : `${was} → ${is}`;
}

/**
 * Names the rule or the requirement that decides; "" for the default rollout and the off variant, which the change
 * itself names.
 */
function byText({ decidedBy }: Move): string {
  if (decidedBy.kind === "rule") return ` by ${decidedByText(decidedBy)}`;
  return decidedBy.kind === "requirement" ? " by what it requires" : "";
}
