import { decidedByText } from "../../core/describe/decided-by.ts";
import { countText } from "../../core/text.ts";
import { assumedText, guessText, peopleWithText, percentText } from "../../impact/people-text.ts";
import type { Measured } from "../../impact/margin.ts";
import type { Move } from "../../impact/moves.ts";
import type { EnvironmentReport, FlagReport, Flips } from "../../impact/report.ts";

/** The maximum number of moves that are listed for one flag. */
const MAX_MOVES = 6;

/**
 * Returns who flips, e.g. `40.0 % of people off → on, nobody loses anything (exact)`. With several moves, the first line
 * gives the total, and a line below it each move.
 */
export function flipLines({ flips, kind, action }: Pick<FlagReport, "flips" | "kind" | "action">): readonly string[] {
  const { flipped, moves } = flips;
  const [first, ...others] = moves;
  if (flips.method === "too-large") return [NOT_MEASURED];
  // The line of the archived flag already says that nobody flips.
  if (first === undefined) return kind === "no-op" && action === "archive" ? [] : [nobodyText(flips)];
  const direction = kind === "widen" ? ", nobody loses anything" : kind === "narrow" ? ", nobody gains anything" : "";
  const isGuess = flips.guessed.length > 0;
  const size = (measured: Measured) => sizeText(measured, isGuess);
  const assumed = flips.assumed.length === 0 ? [] : [`  assumed: ${assumedText(flips.assumed)}`];
  if (others.length === 0) {
    const move = `${moveText(first)}${byText(first)}${direction}`;
    return [`${size(first)} of people ${move} (${methodText(flips)})`, ...assumed];
  }
  const parts = moves.slice(0, MAX_MOVES).map((move) => `  ${size(move)} ${moveText(move)}${byText(move)}`);
  const more = moves.length > MAX_MOVES ? [`  … and ${moves.length - MAX_MOVES} more`] : [];
  const total = `${size(flipped)} of people flip${direction} (${methodText(flips)})`;
  return [total, ...parts, ...more, ...assumed];
}

const NOT_MEASURED = "how many people flip is not measured: too large";

/** Returns how many people flip in a whole environment, e.g. `40.0 % of people flip`. */
export function flippedText({
  flipped,
  among,
  guessed,
}: Pick<EnvironmentReport, "flipped" | "among" | "guessed">): string {
  const people = peopleWithText(flipped.margin === 0 ? among : []);
  if (flipped.share === 0 && flipped.margin === 1) return NOT_MEASURED;
  if (flipped.share === 0 && flipped.margin > 0) return "nobody flips in the sample";
  if (flipped.share === 0) return people === "people" ? "nobody flips" : `none of the ${people} flip`;
  const isGuess = guessed.length > 0;
  return `${sizeText(flipped, isGuess)} of ${people} flip${isGuess ? ` (${guessText(guessed)})` : ""}`;
}

function nobodyText(flips: Flips): string {
  const { margin } = flips.flipped;
  return margin === 0
    ? `nobody flips (${methodText(flips)})`
    : `nobody in the sample flips; at most ${percentText(margin)} of people do (${methodText(flips)})`;
}

/** Returns a share with its margin: `40.0 %`, `≈ 8.1 % ± 0.7`. The margin of a guess means nothing: `≈ 50.0 %`. */
export function sizeText({ share, margin }: Measured, isGuess: boolean): string {
  if (isGuess && margin > 0) return `≈ ${percentText(share)}`;
  return margin === 0 ? percentText(share) : `≈ ${percentText(share)} ± ${percentText(margin).replace(" %", "")}`;
}

function methodText({ method, sample, among, guessed }: Flips): string {
  if (method === "exact" || sample === null) return among.length === 0 ? "exact" : `exact, of ${peopleWithText(among)}`;
  if (guessed.length > 0) return guessText(guessed);
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
