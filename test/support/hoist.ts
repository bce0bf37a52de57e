import { hostname } from "node:os";
import { run } from "../../src/cli/main.ts";

export interface HoistResult {
  readonly code: number;
  /** Everything on stdout, lines joined. */
  readonly out: string;
  readonly err: string;
}

/** The command line itself, in this process: arguments in, exit code and texts out. */
export function hoistIn(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  /** Whoever sits at the terminal; nobody unless given. */
  ask?: (question: string) => Promise<string>,
): (...args: readonly string[]) => Promise<HoistResult> {
  return async (...args) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(args, {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      env,
      cwd: folder,
      now: () => new Date(),
      user: `user@${hostname()}`,
      style: (_, text) => text,
      errStyle: (_, text) => text,
      showsProgress: false,
      width: 120,
      ask,
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
}
