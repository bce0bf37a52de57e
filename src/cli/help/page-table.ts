import { tableText, widthOf, wrapped } from "../terminal/layout.ts";

const GAP = 2;

/**
 * Formats a table whose cells may be sentences. A cell that is too wide is wrapped within its column. Where not
 * even the longest words fit next to each other, each row becomes a list of its cells.
 *
 * @param titles  omitted if all are empty
 */
export function pageTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const widths = columnWidths([titles, ...rows], width);
  if (rowWidth(widths) > width) return rows.flatMap((row) => listedRow(titles, row, width));
  const head = titles.every((title) => title === "")
    ? []
    : [...cellLines(titles, widths), widths.map((columns) => "─".repeat(columns))];
  return tableText([...head, ...rows.flatMap((row) => cellLines(row, widths))]).split("\n");
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
}

function listedRow(
  titles: readonly string[],
  [first = "", ...cells]: readonly string[],
  width: number,
): readonly string[] {
  const others = cells.map((cell, index) => `${titles[index + 1] ?? ""}: ${cell}`);
  return [
    ...wrapped(first, width),
    ...others.flatMap((text) => wrapped(text, width - GAP).map((line) => " ".repeat(GAP) + line)),
  ];
}

/** Starts with the width of the longest cells and narrows the widest column until the row fits. */
function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const columns = [...(rows[0] ?? []).keys()];
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(widthOf));
  const cells = columns.map((column) => rows.map((row) => row[column] ?? ""));
  const widths = cells.map(longest);
  const least = cells.map((texts) => longest(texts.flatMap((text) => text.split(" "))));
  while (rowWidth(widths) > width) {
    const [widest] = columns
      .filter((column) => (widths[column] ?? 0) > (least[column] ?? 0))
      .sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Returns the lines of one row, each a row of its own for {@link tableText}. */
function cellLines(row: readonly string[], widths: readonly number[]): readonly (readonly string[])[] {
  const cells = row.map((cell, column) => wrapped(cell, widths[column] ?? 0));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ""));
}
