import { fork } from "node:child_process";
import type { CostlyTree } from "./costly-trees.ts";
import type { TreeRun } from "./processes/run-trees.ts";

/** The longest that one command may take before its process is ended. A busy machine needs much longer than one CPU. */
const DEADLINE_MS = 120_000;
/** The memory of the process, in megabytes. */
export const MAX_MEMORY = 1_000;

/** Runs every command on each tree, in a process whose memory is limited. Rejects when the process fails. */
export function runTrees(trees: readonly CostlyTree[]): Promise<readonly TreeRun[]> {
  const child = fork(new URL("./processes/run-trees.ts", import.meta.url).pathname, {
    env: { PATH: process.env["PATH"] ?? "" },
    execArgv: [`--max-old-space-size=${MAX_MEMORY}`, "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return new Promise((resolve, reject) => {
    const runs: TreeRun[] = [];
    let errors = "";
    const last = () => {
      const run = runs.at(-1);
      return run === undefined ? "at the start" : `after ${run.command} on ${run.tree}`;
    };
    const late = () => {
      child.kill("SIGKILL");
      reject(new Error(`no command ended for ${DEADLINE_MS / 1000} s ${last()}`));
    };
    let timer = setTimeout(late, DEADLINE_MS);
    child.stderr?.on("data", (text) => (errors += String(text)));
    child.on("message", (run: TreeRun) => {
      runs.push(run);
      clearTimeout(timer);
      timer = setTimeout(late, DEADLINE_MS);
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(runs);
      else reject(new Error(`the process ended with ${signal ?? code} ${last()}: ${errors.slice(-2_000)}`));
    });
    child.send(trees);
  });
}
