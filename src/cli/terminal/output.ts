import type { Writable } from "node:stream";
import { FlagError } from "../../core/errors.ts";
import { failureCode, failureReason } from "../../files/failure.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { errorText } from "./error-text.ts";
import type { Style } from "./io.ts";

/** The standard streams, whose failures would otherwise end the process with a stack. */
export interface Output {
  /** Waits until everything is written, and returns the first failure of stdout; undefined if there is none. */
  readonly failure: () => Promise<Error | undefined>;
}

/** Watches the standard streams. A failure of stderr has no effect, because there is nowhere left to report it. */
export function watchOutput(stdout: Writable, stderr: Writable): Output {
  let failure: Error | undefined;
  stdout.on("error", (error: Error) => {
    failure ??= error;
  });
  stderr.on("error", () => {});
  return {
    failure: async () => {
      await Promise.all([written(stdout), written(stderr)]);
      return failure;
    },
  };
}

/** Resolves when everything before is written, or has failed and been reported as an event. */
async function written(stream: Writable): Promise<void> {
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
  await new Promise((resolve) => setImmediate(resolve));
}

/** What is still to be said, and the exit code, after stdout has failed. */
export interface Ending {
  readonly code: ExitCode;
  /** For stderr; undefined if nothing has to be said. */
  readonly text?: string;
}

/**
 * Returns how a command ends when its result could not be printed completely. A reader that stops early, such as `head`, is not an
 * error. A command that has changed something still ends with the code that says so: a pipeline must not take a sync that
 * committed for one that failed.
 *
 * @param code        the exit code if everything had been printed
 * @param hasChanged  whether the command changed a database, a file or something on GitHub
 */
export function endingAfter(failure: Error, code: ExitCode, hasChanged: boolean, style: Style): Ending {
  if (failureCode(failure) === "EPIPE") return { code };
  const message = `cannot write to stdout: ${failureReason(failure)}; what was printed is incomplete`;
  if (hasChanged && code === EXIT.done) {
    const done = `the command itself succeeded and its changes are in force    exit ${code}`;
    return { code, text: `${style("yellow", "warning")}  ${message}\n         ${done}` };
  }
  // Without its output, a command that only prints has done nothing, whatever it found.
  const ended = code === EXIT.done || code === EXIT.changesPending ? EXIT.internal : code;
  const error = new FlagError("OUTPUT_FAILED", message, { hint: "free space, or write the output to another place" });
  return { code: ended, text: errorText(error, ended, style) };
}
