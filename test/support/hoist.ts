import { hostname } from "node:os";
import { run } from "../../src/cli/main.ts";

export interface HoistResult {
  readonly code: number;
  /** Everything on stdout, lines joined. */
  readonly out: string;
  readonly err: string;
}

/** Returns a function that runs the command line in this process and returns its exit code and output. */
export function hoistIn(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  /** Answers prompts; without it there is no terminal. */
  ask?: (question: string) => Promise<string>,
): (...args: readonly string[]) => Promise<HoistResult> {
  return async (...args) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(args, {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      annotate: (commands, stream) => (stream === "out" ? out : err).push(commands),
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
