import { printable, withSymbols } from "../printable.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Colours a text, or returns it unchanged if colours are disabled. Colour alone never carries a meaning. */
export type TextStyle = (colour: "red" | "yellow" | "cyan" | "bold" | "dim", text: string) => string;

const PLAIN: TextStyle = (_, text) => text;
/** Longer lines are cut around the marked place. On a narrow terminal shorter lines are cut too, so that they do not wrap. */
const MAX_COLUMNS = 120;
/** With fewer columns, a reader cannot recognize the line. */
const MIN_COLUMNS = 24;

/**
 * Renders diagnostics, each with its line of code and a mark under the place, separated by blank lines.
 *
 * @param width  the maximum width of a line of code and its mark, in columns; no limit by default
 */
export function diagnosticsText(
  diagnostics: readonly Diagnostic[],
  style: TextStyle = PLAIN,
  width: number = Infinity,
): string {
  return diagnostics.map((diagnostic) => diagnosticText(diagnostic, style, width)).join("\n\n");
}

function diagnosticText(diagnostic: Diagnostic, style: TextStyle, width: number): string {
  const { file, line, column, severity, code, message, hint } = diagnostic;
  const word = style(severity === "error" ? "red" : "yellow", severity);
  const head = `${style("bold", printable(`${file}:${line}:${column}`))}  ${word}  ${code}  ${printable(message)}`;
  const said = hint === undefined ? "" : printable(hint);
  if (diagnostic.source.trim() === "") return said === "" ? head : `${head}\n     ${said}`;
  const gutter = `  ${line}`;
  // The rest of the width is for the gutter, its bar, and an ellipsis on either side of the line.
  const widest = Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, width - gutter.length - 5));
  const { text, before, marked } = cut(diagnostic, widest);
  const marks = style(severity === "error" ? "red" : "yellow", "^".repeat(marked));
  const frame = `${style("dim", `${gutter} │`)} ${text}`;
  const below = `${style("dim", `${" ".repeat(gutter.length)} │`)} ${" ".repeat(before)}${marks}`;
  const isShort = gutter.length + 3 + before + marked + 2 + said.length <= width;
  const hinted = said === "" ? "" : isShort ? `  ${said}` : `\n${" ".repeat(gutter.length + 3)}${said}`;
  return `${head}\n${frame}\n${below}${hinted}`;
}

/** Cuts the line to fit, and returns how many columns come before the mark and how long the mark is. */
function cut(
  { source, column, length }: Diagnostic,
  widest: number,
): {
  readonly text: string;
  readonly before: number;
  readonly marked: number;
} {
  const lead = Math.floor(widest / 3);
  const start = source.length <= widest ? 0 : Math.max(0, Math.min(column - 1 - lead, source.length - widest));
  const shown = withSymbols(source.slice(start, start + widest));
  const cutOff = start > 0 ? "…" : "";
  const tail = start + widest < source.length ? "…" : "";
  const at = column - 1 - start;
  const end = Math.min(at + length, widest);
  const marked = Math.max(1, columns(shown.slice(at, end)));
  return { text: cutOff + shown + tail, before: cutOff.length + columns(shown.slice(0, at)), marked };
}

/** Returns the width of a text on a terminal. East Asian wide letters and surrogate pairs (most emoji) count two columns. */
function columns(text: string): number {
  const wide = text.match(
    /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/g,
  );
  return text.length + (wide?.length ?? 0);
}

/**
 * Renders diagnostics as workflow commands of GitHub Actions, which shows them as annotations next to the changed
 * lines.
 */
export function githubAnnotations(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(commandOf).join("\n");
}

function commandOf({ severity, file, line, column, length, code, message, hint }: Diagnostic): string {
  const place = { file, line, col: column, endColumn: column + length, title: code };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${severity} ${properties.join(",")}::${data(hint === undefined ? printable(message) : `${printable(message)}\n${printable(hint)}`)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Escapes a property of a workflow command, which a comma or a colon would end. */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
