import { printable, printableLines } from "../../core/printable.ts";
import type { Io, Style } from "./io.ts";
import { withoutWorkflowCommands } from "./workflow-commands.ts";

/**
 * Returns an Io that prints nothing but printable characters, line breaks, tabs and the command's own colours, whatever a text
 * contains; in a job of GitHub Actions, a text cannot contain workflow commands either.
 */
export function printableIo(io: Io): Io {
  const isJob = io.env["GITHUB_ACTIONS"] === "true";
  const shown = (text: string, style: Style) => {
    const safe = hasColours(style) ? withColours(text) : printableLines(text);
    return isJob ? withoutWorkflowCommands(safe) : safe;
  };
  const { ask } = io;
  return {
    ...io,
    out: (text) => io.out(shown(text, io.style)),
    err: (text) => io.err(shown(text, io.errStyle)),
    ask: ask && ((question) => ask(shown(question, io.errStyle))),
  };
}

function hasColours(style: Style): boolean {
  return style("bold", "x") !== "x";
}

// oxlint-disable-next-line no-control-regex -- the sequences that `Style` writes begin with the escape character
const COLOURS = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

function withColours(text: string): string {
  return outsideColours(text, printableLines);
}

/** Returns a coloured text as one line: line breaks in it come from data and become visible escapes, like everything that is not printable. */
export function printableLine(text: string): string {
  return outsideColours(text, printable);
}

function outsideColours(text: string, convert: (part: string) => string): string {
  return text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : convert(part)))
    .join("");
}
