import { hostname, userInfo } from "node:os";
import { styleText } from "node:util";
import { shielded } from "./shielded.ts";

/** How a word is coloured. Colour repeats what the word already says. */
export type Style = (colour: "red" | "yellow" | "green" | "cyan" | "bold" | "dim", text: string) => string;

/** What a command may touch of the world; tests hand in their own. */
export interface Io {
  /** The result, and nothing else. */
  readonly out: (text: string) => void;
  /** Progress, notes and errors. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  /** Who runs the command, `user@host`. */
  readonly user: string;
  /** Colours for {@link out} and {@link err}, each on a terminal only. */
  readonly style: Style;
  readonly errStyle: Style;
  /** Progress lines are for people who watch. */
  readonly showsProgress: boolean;
  /** Columns to fit into. */
  readonly width: number;
  /** Columns of the terminal that {@link out} goes to; undefined where it goes to a file or a pipe. */
  readonly columns?: number | undefined;
  /** Asks whoever sits at the terminal; undefined where nobody does. @throws FlagError USAGE when the input ends */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

export function processIo(): Io {
  const printed = process.env["GITHUB_ACTIONS"] === "true" ? shielded : (text: string) => text;
  return {
    out: (text) => process.stdout.write(`${printed(text)}\n`),
    err: (text) => process.stderr.write(`${printed(text)}\n`),
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

/** Questions stand on stderr: stdout holds the result alone. */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const { FlagError } = await import("../../core/errors.ts");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) => {
    lines.once("close", () => reject(new FlagError("USAGE", "stopped: nothing was written")));
  });
  try {
    return (await Promise.race([lines.question(question), ended])).trim();
  } finally {
    ended.catch(() => {});
    lines.close();
  }
}

/** An account that the system has no name for (a container's bare uid) makes userInfo throw. */
function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** `14:03:22`-free progress: one line a step, with its count. */
export function progressOf(io: Io): (step: string, count?: number) => void {
  return (step, count) => {
    if (!io.showsProgress) return;
    io.err(io.errStyle("dim", count === undefined ? `· ${step}` : `· ${step} (${count})`));
  };
}
