import type { Style } from "./io.ts";
import { wrapped } from "./wrapped.ts";

/**
 * `! ` and something worth knowing. Where it is too wide it goes on below, and a command at its end stands on a line of its own,
 * whole: it is there to be copied.
 *
 * @param columns  of the terminal; Infinity where lines may have any length
 */
export function noteText(note: string, style: Style, columns = Infinity): string {
  const sign = style("yellow", "!");
  if (note.length + 2 <= columns) return `${sign} ${note}`;
  const at = note.search(/: hoist /);
  const [told, command] = at === -1 ? [note, ""] : [note.slice(0, at + 1), note.slice(at + 2)];
  const lines = wrapped(told, columns - 2).join("\n  ");
  return `${sign} ${lines}${command === "" ? "" : `\n    ${command}`}`;
}
