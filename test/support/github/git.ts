import { execFile } from "node:child_process";
import { gitTestEnvironment } from "../repository.ts";
import { gitObjects, type GitObject } from "./objects.ts";

/** Git's output, or null if it failed. */
type Attempt = string | null;

/** Runs git commands in a bare repository. Output is text without the last line feed. */
export interface BareGit {
  readonly folder: string;
  /** Runs a command and returns its output. @throws Error with git's message */
  run(args: readonly string[], options?: GitOptions): Promise<string>;
  /** Runs a command and returns its output; null if git fails. */
  attempt(args: readonly string[]): Promise<Attempt>;
  /**
   * Runs a command like `attempt`, once for the same arguments. Its result never changes, because it depends on ids
   * only.
   */
  fixed(args: readonly string[]): Promise<Attempt>;
  /** Returns the object with a name; null if there is none. */
  info(name: string): Promise<GitObject | null>;
  contents(name: string): Promise<Buffer | null>;
  /** Returns the commit of a branch, tag or id. */
  commitOf(name: string): Promise<Attempt>;
  /** Returns the tip of a branch. */
  tipOf(branch: string): Promise<Attempt>;
  close(): void;
}

interface GitOptions {
  readonly input?: string;
}

export const NO_OBJECT = "0".repeat(40);

export function bareGit(folder: string): BareGit {
  const environment = { ...gitTestEnvironment(folder), GIT_CONFIG_COUNT: "1", ...quietly("gc.auto", "0") };

  const objects = gitObjects(folder, environment);
  const known = new Map<string, Promise<Attempt>>();

  function start(args: readonly string[], { input }: GitOptions): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        "git",
        [...args],
        { cwd: folder, env: environment, encoding: "buffer", maxBuffer: 200_000_000 },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`git ${args.join(" ")}: ${stderr.toString("utf8")}`, { cause: error }));
          else resolve(stdout);
        },
      );
      // A command that does not read what it is given has ended before: what it says is in its answer.
      child.stdin?.on("error", () => {});
      child.stdin?.end(input);
    });
  }

  const git: BareGit = {
    folder,
    run: async (args, options = {}) => (await start(args, options)).toString("utf8").replace(/\n$/, ""),
    attempt: (args) => git.run(args).catch(() => null),
    fixed(args) {
      const key = args.join("\0");
      const answer = known.get(key) ?? git.attempt(args);
      known.set(key, answer);
      return answer;
    },
    info: objects.info,
    contents: objects.contents,
    close: objects.close,
    commitOf: async (name) => (await objects.info(`${name}^{commit}`))?.sha ?? null,
    tipOf: (branch) => git.commitOf(`refs/heads/${branch}`),
  };
  return git;
}

/** A setting as git takes it from its environment. */
function quietly(key: string, value: string): Record<string, string> {
  return { GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value };
}
