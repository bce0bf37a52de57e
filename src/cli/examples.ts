/** Wider lines are hard to read, and break in a terminal beside an editor. */
export const HELP_WIDTH = 100;

/** A command and what it is for are kept apart by spaces, two or more. */
export function parted(line: string): { readonly command: string; readonly note: string } {
  const [command = "", ...notes] = line.includes("\n") ? [line] : line.split(/ {2,}/);
  return { command, note: notes.join(" ") };
}

/**
 * Commands that can be pasted, each with what it is for: beside it where all fit, else below.
 *
 * @param examples  a command, or a command, two spaces or more, and a note; one of several lines stays as it is
 * @param width  in columns
 */
export function examplesText(examples: readonly string[], width: number = HELP_WIDTH): string {
  const rows = examples.map(parted).map(({ command, note }) => ({ command: `  $ ${command}`, note }));
  const column = Math.max(...rows.map(({ command, note }) => (note === "" ? 0 : command.length))) + 3;
  const fits = rows.every(({ note }) => column + note.length <= width);
  const lines = rows.flatMap(({ command, note }) => {
    if (note === "") return wrapped(command, width);
    return fits ? [command.padEnd(column) + note] : [...wrapped(command, width), `      ${note}`];
  });
  return lines.join("\n");
}

/** A command too long for one line goes on in the next, as a shell reads it. */
function wrapped(command: string, width: number): readonly string[] {
  if (command.length <= width || command.includes("\n")) return [command];
  const end = lastBreak(command, width - 2);
  if (end <= 6) return [command];
  return [`${command.slice(0, end)} \\`, ...wrapped(`      ${command.slice(end + 1)}`, width)];
}

/** The last space up to there that is in no quotes: a backslash between quotes would be part of the word. */
function lastBreak(command: string, most: number): number {
  const isQuoted = (end: number) => [`'`, `"`].some((quote) => command.slice(0, end).split(quote).length % 2 === 0);
  let end = command.lastIndexOf(" ", most);
  while (end > 0 && isQuoted(end)) end = command.lastIndexOf(" ", end - 1);
  return end;
}
