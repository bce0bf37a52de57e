/** One line that was removed or added. */
export interface DiffLine {
  readonly sign: "-" | "+";
  /** Counts from 1: in the old text for `-`, in the new one for `+`. */
  readonly line: number;
  readonly text: string;
}

/** Returns each line with its number and sign: ` 9 - old`, `10 + new`. */
export function diffTexts(diff: readonly DiffLine[]): readonly string[] {
  const width = Math.max(0, ...diff.map(({ line }) => String(line).length));
  return diff.map(({ sign, line, text }) => `${String(line).padStart(width)} ${sign} ${text}`);
}

/** Above this size of the table, all lines in the middle are shown as removed and added, which is correct and avoids quadratic time. */
const MAX_CELLS = 4_000_000;

/** Returns the lines that differ, from top to bottom. A line whose line ending changed differs too. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [was, is] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(was.length, is.length) && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < Math.min(was.length, is.length) - start && was.at(-1 - end) === is.at(-1 - end)) end += 1;
  const [old, now] = [was.slice(start, was.length - end), is.slice(start, is.length - end)];
  const common = old.length * now.length > MAX_CELLS ? [] : longestCommon(old, now);
  const diff: DiffLine[] = [];
  let [left, right] = [0, 0];
  for (const [a, b] of [...common, [old.length, now.length] as const]) {
    for (; left < a; left += 1) diff.push({ sign: "-", line: start + left + 1, text: shown(old[left]) });
    for (; right < b; right += 1) diff.push({ sign: "+", line: start + right + 1, text: shown(now[right]) });
    left = a + 1;
    right = b + 1;
  }
  return diff;
}

/**
 * Splits into lines with their endings. The last line gets an ending too; otherwise, adding a line below it would
 * change it.
 */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return (text.endsWith("\n") ? text : text + newline).split(/(?<=\n)/).filter((line) => line !== "");
}

function shown(line: string | undefined): string {
  return (line ?? "").replace(/\r?\n$/, "");
}

/** Returns the pairs of indexes of a longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = a.length - 1; row >= 0; row -= 1) {
    for (let column = b.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        a[row] === b[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let row = 0, column = 0; row < a.length && column < b.length; ) {
    if (a[row] === b[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}
