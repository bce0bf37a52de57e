import { CommanderError } from "commander";
import { FlagError } from "../core/errors.ts";
import { EXIT, EXIT_OF, type ExitCode } from "./exit-codes.ts";
import { processIo, type Io } from "./terminal/io.ts";
import { hoistProgram } from "./program.ts";
import { errorText, internalErrorText } from "./terminal/error-text.ts";
import { type Ending, endingAfter, watchOutput } from "./terminal/output.ts";
import { printableIo } from "./terminal/printable-io.ts";

/** Runs one command line and returns its exit code. Never throws. */
export async function run(args: readonly string[], streams: Io): Promise<ExitCode> {
  const io = printableIo(streams);
  let code: ExitCode = EXIT.done;
  try {
    await hoistProgram(io, (result) => {
      code = result;
    }).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return failed(error, io);
  }
}

function failed(error: unknown, io: Io): ExitCode {
  // Commander has already printed the error; --help and --version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof FlagError) {
    const code = EXIT_OF[error.code];
    io.err(errorText(error, code, io.errStyle, io.columns));
    return code;
  }
  io.err(internalErrorText(error, io.errStyle));
  return EXIT.internal;
}

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  const output = watchOutput(process.stdout, process.stderr);
  let hasChanged = false;
  const io: Io = {
    ...processIo(),
    changed: () => {
      hasChanged = true;
    },
  };
  const code = await run(process.argv.slice(2), io);
  const failure = await output.failure();
  const ending: Ending = failure === undefined ? { code } : endingAfter(failure, code, hasChanged, io.errStyle);
  if (ending.text !== undefined) io.err(ending.text);
  process.exitCode = ending.code;
}
