import type { FlagError } from "../../core/errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Style } from "../io.ts";

/** A failure as people see it: what, what to do, the exit code. */
export function errorText(error: FlagError, exitCode: ExitCode, style: Style): string {
  const head = `${style("red", "error")}  ${error.message}`;
  const hint = error.hint === undefined ? [] : error.hint.split("\n").map((line) => `       ${line}`);
  const cause = causeText(error.cause);
  const because = cause === undefined || error.message.includes(cause) ? [] : [style("dim", `       cause: ${cause}`)];
  return [head, ...hint, ...because, style("dim", `       exit ${exitCode} (${error.code})`)].join("\n");
}

function causeText(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message.split("\n")[0] : undefined;
}

/** Our own fault: everything that helps to report it. */
export function internalErrorText(error: unknown, style: Style): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${style("red", "internal error")}  this is a fault of flaghoist, not of your files; nothing more was done\n${text}`;
}
