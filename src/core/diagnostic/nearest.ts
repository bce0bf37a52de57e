/** Longer words are names of nothing: comparing them would cost more than the hint is worth. */
const LONGEST = 200;

/**
 * What was probably meant: the word with the fewest slips (a letter missing, extra or wrong, two neighbours swapped), or
 * one of the same parts in another order (`routing_workshop`). Upper and lower case, `-` and `_` count as the same.
 *
 * @returns undefined when nothing is near: more than a third of the letters, or more than three, would have to change.
 *   Of two that are equally near, the one that comes first.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const wanted = folded(word);
  let best: string | undefined;
  let fewest = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of words) {
    if (candidate === word || candidate.length > LONGEST) continue;
    const slips = slipsBetween(wanted, folded(candidate), fewest);
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

function slipsBetween(wanted: string, candidate: string, limit: number): number {
  if (wanted === candidate) return 0;
  if (wanted.includes("_") && sortedParts(wanted) === sortedParts(candidate)) return 1;
  if (Math.abs(wanted.length - candidate.length) >= limit) return limit;
  return editDistance(wanted, candidate);
}

function sortedParts(word: string): string {
  return word.split("_").sort().join("_");
}

/**
 * Damerau-Levenshtein distance: how many single letters have to be added, dropped or replaced, or neighbours swapped, to
 * make `b` of `a`. No letter is touched twice. Takes a.length × b.length steps.
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
