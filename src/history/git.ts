import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { simpleGit } from "simple-git";
import { FIXED_CONFIGURATION, GUARDED_VARIABLES, gitEnvironment, type Environment } from "./git-environment.ts";
import { gitFailure } from "./git-failure.ts";

/** Runs git in one folder, with the same result on every machine: hooks, pager, replace refs, locale and user settings have no effect. */
export interface Git {
  readonly folder: string;
  /**
   * Returns the whole output. The output is also empty if git fails without a message, as `rev-parse --quiet` does.
   *
   * @throws FlagError NOT_A_REPOSITORY, GIT_FAILED
   */
  run(...args: readonly string[]): Promise<string>;
  /**
   * Yields the output as it arrives, as bytes. Leaving the loop early stops the process.
   *
   * @param input  written to standard input piece by piece; standard input is then closed
   * @throws FlagError GIT_FAILED, after the last chunk
   */
  stream(args: readonly string[], input?: string | Readable): AsyncIterable<Uint8Array>;
}

/**
 * Returns a runner of git in one folder.
 *
 * @param indexFile  used instead of the repository's own index
 */
export function gitIn(folder: string, ambient: Environment, indexFile?: string): Git {
  const own: Record<string, string> = indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile };
  const environment: Record<string, string> = { ...gitEnvironment(ambient), ...own };
  const client = simpleGit({
    baseDir: folder,
    config: [...FIXED_CONFIGURATION],
    allowEnvironment: [
      ...GUARDED_VARIABLES,
      ...Object.keys(own),
      ...Object.keys(environment).filter((name) => name.startsWith("GIT_CONFIG_")),
    ],
    // These guards protect callers who pass on untrusted values. The values here are constants.
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
    },
  }).env(environment);

  return {
    folder,
    run: (...args) =>
      client.raw([...args]).catch((cause: unknown) => {
        throw gitFailure(cause, folder);
      }),
    stream: (args, input) => output(folder, environment, args, input),
  };
}

/** Returns everything that a stream of {@link Git} yields, as one text. */
export async function textFrom(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function* output(
  folder: string,
  environment: Record<string, string>,
  args: readonly string[],
  input: string | Readable | undefined,
): AsyncIterable<Uint8Array> {
  const settings = FIXED_CONFIGURATION.flatMap((setting) => ["-c", setting]);
  const child = spawn("git", [...settings, ...args], { cwd: folder, env: environment, stdio: "pipe" });
  const closed = new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject));
  // Awaited below. Until then, a failed start must not be reported as an unhandled rejection.
  closed.catch(() => {});
  const complaint = text(child.stderr).catch(() => "");
  // A process that ends early closes its input. Its exit code says more than EPIPE.
  child.stdin.on("error", () => {});
  if (input === undefined || typeof input === "string") child.stdin.end(input);
  else input.pipe(child.stdin);
  let isEnded = false;
  try {
    const chunks: AsyncIterable<Uint8Array> = child.stdout;
    yield* chunks;
    const code = await closed;
    isEnded = true;
    if (code !== 0) throw new Error((await complaint) || `exit code ${code}`);
  } catch (cause) {
    throw gitFailure(cause, folder);
  } finally {
    if (!isEnded) child.kill();
    await closed.catch(() => {});
  }
}
