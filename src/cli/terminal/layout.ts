import { stripVTControlCharacters } from "node:util";
import type { Style } from "./io.ts";
import { printableLine } from "./printable-line.ts";

/** Aligns rows in columns, each as wide as its widest cell, with two spaces between them. */
export function tableText(all: readonly (readonly string[])[], indent = ""): string {
  const rows = all.map((row) => row.map(printableLine));
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
 * Formats a table that fits into the terminal. Where it is too wide, each row becomes a block: its first cell, then title and
 * text of every other cell that is neither empty nor a dash.
 *
 * @param columns  width of the terminal; undefined where lines may have any length
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
      const details = cells
        .map((cell, index) => [titles[index + 1] ?? "", cell])
        .filter(([, cell]) => cell !== "" && cell !== "–");
      return details.length === 0 ? printableLine(first) : `${printableLine(first)}\n${tableText(details, "  ")}`;
    })
    .join("\n");
}

/** Pads a text with spaces to a width in columns; colours do not count. */
export function padded(text: string, width: number): string {
  const line = printableLine(text);
  return line + " ".repeat(Math.max(0, width - widthOf(line)));
}

/** Returns the width of a text in columns; colours do not count. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Breaks a text between words into lines of at most `width` columns. A longer word gets a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printableLine(text).split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * Formats a note below a result: `! ` and the text, wrapped to the terminal. A command at its end gets a line of its own and is
 * not wrapped, so that it can be copied.
 *
 * @param columns  width of the terminal; Infinity where lines may have any length
 */
export function noteText(note: string, style: Style, columns = Infinity): string {
  const sign = style("yellow", "!");
  if (note.length + 2 <= columns) return `${sign} ${printableLine(note)}`;
  const at = note.search(/: hoist /);
  const [text, command] = at === -1 ? [note, ""] : [note.slice(0, at + 1), note.slice(at + 2)];
  const lines = wrapped(text, columns - 2).join("\n  ");
  return `${sign} ${lines}${command === "" ? "" : `\n    ${command}`}`;
}
