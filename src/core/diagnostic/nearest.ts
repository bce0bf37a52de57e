import { type Budget, take } from "../work.ts";

/** The maximum length of words to compare, because the time grows with the square of the length. */
const MAX_LENGTH = 200;
/** The number of letters that one search compares. */
const MOST_STEPS = 50_000_000;

/**
 * Returns the most similar of the given words: the one with the fewest typos (a missing, extra or wrong letter, or two
 * adjacent letters swapped), or one with the same parts in a different order (`routing_workshop`). Ignores case, and
 * treats `-` and `_` as equal.
 *
 * @param budget  limits the search; when it is spent, the other words are not compared
 * @returns       the first of equally similar words; undefined when more than a third of the letters, or more than
 *   three, would have to change
 */
export function nearest(
  word: string,
  words: Iterable<string>,
  budget: Budget = { left: MOST_STEPS },
): string | undefined {
  if (word.length === 0 || word.length > MAX_LENGTH) return undefined;
  const target = folded(word);
  let best: string | undefined;
  let fewest = Math.min(3, Math.max(1, Math.floor(target.length / 3))) + 1;
  for (const candidate of words) {
    if (candidate === word || candidate.length > MAX_LENGTH) continue;
    const isClose = Math.abs(candidate.length - word.length) < fewest;
    if (!take(budget, isClose ? word.length * candidate.length : word.length)) return best;
    const slips = slipsBetween(target, folded(candidate), fewest);
    if (slips < fewest) {
      fewest = slips;
      best = candidate;
    }
  }
  return best;
}

function folded(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

function slipsBetween(target: string, candidate: string, limit: number): number {
  if (target === candidate) return 0;
  if (target.includes("_") && sortedParts(target) === sortedParts(candidate)) return 1;
  if (Math.abs(target.length - candidate.length) >= limit) return limit;
  return editDistance(target, candidate);
}

function sortedParts(word: string): string {
  return word.split("_").sort().join("_");
}

/**
 * Returns the Damerau-Levenshtein distance: how many letters have to be added, removed, replaced or swapped with a neighbour
 * to turn `a` into `b`, changing no letter twice. Takes a.length × b.length steps.
 */
export function editDistance(a: string, b: string): number {
  // Three rows of the table are enough: a swap looks two rows back.
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let slips = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, at(beforeLast, column - 2) + 1);
      }
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
