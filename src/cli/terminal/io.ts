import { hostname, userInfo } from "node:os";
import { styleText } from "node:util";
import { printableLine } from "./printable-line.ts";

/** Colours a word. Colour only repeats what the word already says. */
export type Style = (colour: "red" | "yellow" | "green" | "cyan" | "bold" | "dim", text: string) => string;

/** Everything outside the program that a command uses; tests pass their own. */
export interface Io {
  /** Prints the result to stdout. Nothing else goes to stdout. */
  readonly out: (text: string) => void;
  /** Prints progress, notes and errors to stderr. */
  readonly err: (text: string) => void;
  /** Prints workflow commands of GitHub Actions to stdout or stderr. */
  readonly annotate: (commands: string, stream: "out" | "err") => void;
  /**
   * Notes that the command has changed a database, a file or something on GitHub. From then on, the exit code says so even if
   * the result cannot be printed.
   */
  readonly changed?: (() => void) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  /** The person or job that runs the command, `user@host`. */
  readonly user: string;
  /** Colours for {@link out} and {@link err}; each has an effect only on a terminal. */
  readonly style: Style;
  readonly errStyle: Style;
  /** True when stderr is a terminal, on which progress is shown. */
  readonly showsProgress: boolean;
  /** Columns that help and paragraphs fit into. */
  readonly width: number;
  /** Columns of the terminal that {@link out} writes to; undefined for a file or a pipe, where lines have any length. */
  readonly columns?: number | undefined;
  /** Asks the person at the terminal; undefined if there is no terminal. @throws FlagError USAGE when the input ends */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

/** The settings of a text for people: its style and width. */
export interface View {
  readonly now: Date;
  readonly style: Style;
  /** Columns of the terminal; undefined where lines may have any length. */
  readonly columns?: number | undefined;
}

/** Returns the style and width of text on stdout, and the current time. */
export function viewOf({ now, style, columns }: Io): View {
  return { now: now(), style, columns };
}

/** Returns the streams, environment and clock of this process. */
export function processIo(): Io {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const err = (text: string) => process.stderr.write(`${text}\n`);
  return {
    out,
    err,
    annotate: (commands, stream) => (stream === "out" ? out : err)(commands),
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    user: currentUser(process.env),
    style: (colour, text) => styleText(colour, text, { stream: process.stdout }),
    errStyle: (colour, text) => styleText(colour, text, { stream: process.stderr }),
    showsProgress: process.stderr.isTTY,
    width: process.stdout.columns ?? 120,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined,
  };
}

function currentUser(env: Io["env"]): string {
  const name = env["GITHUB_ACTOR"] ?? env["USER"] ?? env["LOGNAME"] ?? accountName() ?? "unknown";
  return `${name}@${hostname()}`;
}

/** Asks on stderr: stdout holds the result only. */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const { FlagError } = await import("../../core/errors.ts");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) => {
    lines.once("close", () => reject(new FlagError("USAGE", "input ended; nothing was written")));
  });
  try {
    return (await Promise.race([lines.question(question), ended])).trim();
  } finally {
    ended.catch(() => {});
    lines.close();
  }
}

/** Returns undefined for an account without a name (a container's numeric uid), for which userInfo throws. */
function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Returns a function that prints one line per step of long work, on a terminal only. */
export function progressOf(io: Io): (step: string, count?: number) => void {
  return (step, count) => {
    if (!io.showsProgress) return;
    io.err(io.errStyle("dim", count === undefined ? `· ${step}` : `· ${step} (${count})`));
  };
}

/** Prints a note to stderr, for information that is neither a result nor an error. */
export function printNote(io: Io, text: string): void {
  io.err(`${io.errStyle("yellow", "note")}  ${printableLine(text)}`);
}

/** Returns the current date in UTC, `YYYY-MM-DD`. */
export function todayOf(io: Io): string {
  return io.now().toISOString().slice(0, 10);
}
