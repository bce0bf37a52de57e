import { printableLines } from "../../core/printable.ts";
import type { Io, Style } from "./io.ts";
import { printableColours } from "./printable-line.ts";
import { withoutWorkflowCommands } from "./workflow-commands.ts";

/**
 * Returns an Io that prints nothing but printable characters, line breaks, tabs and the command's own colours, whatever a text
 * contains; in a job of GitHub Actions, a text cannot contain workflow commands either.
 */
export function printableIo(io: Io): Io {
  const isJob = io.env["GITHUB_ACTIONS"] === "true";
  const shown = (text: string, style: Style) => {
    const safe = hasColours(style) ? printableColours(text) : printableLines(text);
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
