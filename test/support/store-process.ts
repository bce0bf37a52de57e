import { type ChildProcess, spawn } from "node:child_process";

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Resolves with standard output. Rejects with standard error if the exit code is not 0. */
  readonly done: Promise<string>;
  readonly stderr: () => string;
}

/** Starts a process with the same Node, which runs TypeScript. @param file  in test/support/processes/ */
export function startProcess(
  file: string,
  args: readonly string[],
  account: { uid?: number; gid?: number } = {},
): StoreProcess {
  const script = new URL(`processes/${file}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...args], { ...account, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += String(data)));
  child.stderr.on("data", (data) => (err += String(data)));
  const done = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${file} ended with ${code ?? signal}: ${err}`));
    });
  });
  return { child, done, stderr: () => err };
}
