/** Wider lines are hard to read, and break in a terminal beside an editor. */
export const HELP_WIDTH = 100;

/**
 * Commands that can be pasted, each with what it is for: beside it where all fit, else below.
 *
 * @param examples  a command, or a command, two spaces or more, and a note; one of several lines stays as it is
 */
export function examplesText(examples: readonly string[]): string {
  const parted = examples.map((example) => {
    const [command = "", ...notes] = example.includes("\n") ? [example] : example.split(/ {2,}/);
    return { command: `  $ ${command}`, note: notes.join(" ") };
  });
  const column = Math.max(...parted.map(({ command, note }) => (note === "" ? 0 : command.length))) + 3;
  const fits = parted.every(({ note }) => column + note.length <= HELP_WIDTH);
  const lines = parted.flatMap(({ command, note }) => {
    if (note === "") return wrapped(command);
    return fits ? [command.padEnd(column) + note] : [...wrapped(command), `      ${note}`];
  });
  return lines.join("\n");
}

/** A command too long for one line goes on in the next, as a shell reads it. */
function wrapped(command: string): readonly string[] {
  if (command.length <= HELP_WIDTH || command.includes("\n")) return [command];
  const end = command.lastIndexOf(" ", HELP_WIDTH - 2);
  return [`${command.slice(0, end)} \\`, ...wrapped(`      ${command.slice(end + 1)}`)];
}
