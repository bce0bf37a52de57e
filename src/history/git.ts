import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { simpleGit } from "simple-git";
import { refuseBareLayout } from "./bare-layout.ts";
import { FIXED_CONFIGURATION, GUARDED_VARIABLES, gitEnvironment, type Environment } from "./git-environment.ts";
import { gitFailure } from "./git-failure.ts";

/**
 * Runs git in one folder, with the same result on every machine: hooks, pager, replace refs, locale and user settings have no
 * effect. Nothing else in the program starts git.
 */
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

/** How a runner of git differs from the usual one. */
export interface GitOptions {
  /** Used instead of the repository's own index. */
  readonly indexFile?: string | undefined;
  /** True to ask where the hooks are. Such a runner must not be used for commands that run hooks. */
  readonly seesHooksPath?: boolean;
}

/**
 * Returns a runner of git in one folder. Each start of git fails if git would find a repository that is part of a commit.
 *
 * @throws FlagError GIT_FAILED, NOT_A_REPOSITORY from its functions: see {@link refuseBareLayout}
 */
export function gitIn(
  folder: string,
  ambient: Environment,
  { indexFile, seesHooksPath = false }: GitOptions = {},
): Git {
  const own: Record<string, string> = indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile };
  const environment: Record<string, string> = { ...gitEnvironment(ambient), ...own };
  const configuration = FIXED_CONFIGURATION.filter(
    (setting) => !(seesHooksPath && setting.startsWith("core.hooksPath=")),
  );
  const client = simpleGit({
    baseDir: folder,
    config: configuration,
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
    run: async (...args) => {
      refuseBareLayout(folder);
      return client.raw([...args]).catch((cause: unknown) => {
        throw gitFailure(cause, folder);
      });
    },
    stream: (args, input) => output(folder, environment, [...settingsOf(configuration), ...args], input),
  };
}

/** Returns everything that a stream of {@link Git} yields, as one text. */
export async function textFrom(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function settingsOf(configuration: readonly string[]): readonly string[] {
  return configuration.flatMap((setting) => ["-c", setting]);
}

async function* output(
  folder: string,
  environment: Record<string, string>,
  args: readonly string[],
  input: string | Readable | undefined,
): AsyncIterable<Uint8Array> {
  refuseBareLayout(folder);
  const child = spawn("git", [...args], { cwd: folder, env: environment, stdio: "pipe" });
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
