import { stripVTControlCharacters } from "node:util";

/** Rows in columns, each as wide as its widest cell, two spaces between; nothing behind the last. */
export function tableText(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) => indent + row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * Rows under their titles, where they fit; else each row over several lines: its first cell, then title and cell of every
 * other that says something, which a dash does not. A terminal that breaks the lines of a table makes it unreadable.
 *
 * @param columns  of the terminal; undefined where there is none, as in a pipe: lines may have any length there
 */
export function fittedTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | undefined,
): string {
  const table = tableText([titles, ...rows]);
  if (columns === undefined || table.split("\n").every((line) => widthOf(line) <= columns)) return table;
  return rows
    .map(([first = "", ...cells]) => {
      const said = cells
        .map((cell, index) => [titles[index + 1] ?? "", cell])
        .filter(([, cell]) => cell !== "" && cell !== "–");
      return said.length === 0 ? first : `${first}\n${tableText(said, "  ")}`;
    })
    .join("\n");
}

/** `text` filled up to `width` columns, colours not counted. */
export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Columns that a text takes, colours not counted. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
