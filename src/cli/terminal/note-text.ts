import type { Style } from "./io.ts";
import { wrapped } from "./wrapped.ts";

/**
 * Formats a note below a result: `! ` and the text, wrapped to the terminal. A command at its end gets a line of its own and is
 * not wrapped, so that it can be copied.
 *
 * @param columns  width of the terminal; Infinity where lines may have any length
 */
export function noteText(note: string, style: Style, columns = Infinity): string {
  const sign = style("yellow", "!");
  if (note.length + 2 <= columns) return `${sign} ${note}`;
  const at = note.search(/: hoist /);
  const [text, command] = at === -1 ? [note, ""] : [note.slice(0, at + 1), note.slice(at + 2)];
  const lines = wrapped(text, columns - 2).join("\n  ");
  return `${sign} ${lines}${command === "" ? "" : `\n    ${command}`}`;
}
