import type { FlagError } from "../../core/errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import { splitExample } from "./examples.ts";
import type { Style } from "./io.ts";
import { wrapped } from "./layout.ts";

/**
 * Formats an error: the message, what to do about it, and the exit code.
 *
 * @param columns  width of the terminal; undefined where lines may have any length
 */
export function errorText(error: FlagError, exitCode: ExitCode, style: Style, columns = Infinity): string {
  const room = Math.max(40, columns - INDENT.length);
  const [first = "", ...others] = error.message.split("\n").flatMap((line) => wrapped(line, room));
  const head = [`${style("red", "error")}  ${first}`, ...others.map((line) => INDENT + line)].join("\n");
  const hint = error.hint?.split("\n").flatMap((line) => hintLines(line, room)) ?? [];
  const cause = causeText(error.cause);
  const because = cause === undefined || error.message.includes(cause) ? [] : [style("dim", `       cause: ${cause}`)];
  return [head, ...hint, ...because, style("dim", `       exit ${exitCode} (${error.code})`)].join("\n");
}

/** Formats an error of the option parser like all other errors. */
export function usageText(text: string, style: Style): string {
  const [first = "", ...others] = text.trimEnd().split("\n");
  const lines = others.map((line) => line.replace(/^\((?:Did you mean) (.*)\?\)$/, '       did you mean "$1"?'));
  return [first.replace(/^error: /, `${style("red", "error")}  `), ...lines].join("\n");
}

function causeText(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message.split("\n")[0] : undefined;
}

/** As wide as `error` and two spaces. */
const INDENT = " ".repeat(7);

/** Wraps a line of a hint. A command is not wrapped, so that it can be copied; its note goes on the next line. */
function hintLines(line: string, room: number): readonly string[] {
  if (line.length <= room) return [INDENT + line];
  const { command, note } = splitExample(line);
  if (!line.startsWith("hoist ")) return wrapped(line, room).map((each) => INDENT + each);
  return [INDENT + command, ...(note === "" ? [] : [`${INDENT}    ${note}`])];
}

/** Formats an error in the program itself, with the stack that a bug report needs. */
export function internalErrorText(error: unknown, style: Style): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${style("red", "internal error")}  this is a bug in flaghoist, not in your flag files; the command stopped here\n${text}`;
}
