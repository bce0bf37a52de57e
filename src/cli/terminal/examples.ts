/** The maximum width of help, in columns. Longer lines are hard to read. */
export const HELP_WIDTH = 100;

/** Splits an example into the command and its note, which two or more spaces separate. */
export function splitExample(line: string): { readonly command: string; readonly note: string } {
  const [command = "", ...notes] = line.includes("\n") ? [line] : line.split(/ {2,}/);
  return { command, note: notes.join(" ") };
}

/**
 * Formats examples for help. Notes are next to their commands if all fit into the width, and below them otherwise.
 *
 * @param examples  each a command, or a command and its note after two or more spaces
 * @param width     in columns
 */
export function examplesText(examples: readonly string[], width: number = HELP_WIDTH): string {
  const rows = examples.map(splitExample).map(({ command, note }) => ({ command: `  $ ${command}`, note }));
  const column = Math.max(...rows.map(({ command, note }) => (note === "" ? 0 : command.length))) + 3;
  const fits = rows.every(({ note }) => column + note.length <= width);
  const lines = rows.flatMap(({ command, note }) => {
    if (note === "") return wrapped(command, width);
    return fits ? [command.padEnd(column) + note] : [...wrapped(command, width), `      ${note}`];
  });
  return lines.join("\n");
}

/** Breaks a command that is too long, with the backslash that a shell understands. */
function wrapped(command: string, width: number): readonly string[] {
  if (command.length <= width || command.includes("\n")) return [command];
  const end = lastBreak(command, width - 2);
  if (end <= 6) return [command];
  return [`${command.slice(0, end)} \\`, ...wrapped(`      ${command.slice(end + 1)}`, width)];
}

/** Returns the last space outside quotes: between quotes, a backslash would be part of the word. */
function lastBreak(command: string, max: number): number {
  const isQuoted = (end: number) => [`'`, `"`].some((quote) => command.slice(0, end).split(quote).length % 2 === 0);
  let end = command.lastIndexOf(" ", max);
  while (end > 0 && isQuoted(end)) end = command.lastIndexOf(" ", end - 1);
  return end;
}
