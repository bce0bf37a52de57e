import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { commitText, CONFIG, flagPath, flagYaml, git, initRepository, STAFF } from "./flag-tree.ts";

const run = promisify(execFile);
const FLAGS = 10_000;
const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const TSX = fileURLToPath(new URL("../../node_modules/tsx/dist/esm/index.mjs", import.meta.url));
const SNAPSHOT = fileURLToPath(new URL("snapshot-load.ts", import.meta.url));

interface Measured {
  readonly seconds: number;
  /** What the processor was busy with it: what the time would be on a machine that does nothing else, or a little more. */
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly out: string;
}

/** Ten thousand flags through the command itself, each step in a process of its own, with its peak memory. */
export async function benchLarge(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-large-"));
  const database = pathToFileURL(join(folder, "staging.db")).href;
  const hoist = (...args: readonly string[]) => measured(folder, [BIN, ...args]);
  const sync = ["sync", "--env", "staging", "--database", database];
  try {
    initRepository(folder);
    const flags = Array.from({ length: FLAGS }, (_, number) => [flagPath(number), flagYaml(number)] as const);
    const files = [["flags/_config.yaml", CONFIG], ["flags/_segments/staff.yaml", STAFF], ...flags] as const;
    git(folder, ["fast-import", "--quiet"], commitText(0, "First flags (#1)", files));
    git(folder, ["checkout", "--quiet", "main"]);
    console.log(`${FLAGS} flags of about ${flagYaml(1234).length} bytes; start-up of the command included`);
    tell("validate, work tree", 6, await hoist("validate"));
    tell("validate, a commit for the first time", 6, await hoist("validate", "--commit", "HEAD"));
    // Nothing is remembered of the files, as in a fresh clone.
    rmSync(join(folder, ".git", "flaghoist"), { recursive: true, force: true });
    tell("first sync to SQLite", 10, await hoist(...sync));
    tell("the same commit again", 1.5, await hoist(...sync));
    git(folder, ["fast-import", "--quiet"], commitText(1, "One", [[flagPath(7), flagYaml(7, 50)]], "main"));
    tell("one changed file", 2, await hoist(...sync));
    const { out } = await measured(folder, [SNAPSHOT, database]);
    console.log(`${"snapshot load by a client".padEnd(40)} ${out.trim()}   goal 300 ms`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(title: string, goal: number, { seconds, cpuSeconds, megabytes }: Measured): void {
  const time = `${seconds.toFixed(2)} s`.padStart(8);
  console.log(
    `${title.padEnd(40)} ${time} (cpu ${cpuSeconds.toFixed(2)} s)   goal ${goal} s   peak ${megabytes.toFixed(0)} MB`,
  );
}

/** One process: how long, and how much memory at most, as its own last words. */
async function measured(folder: string, args: readonly string[]): Promise<Measured> {
  const last = `process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write("\\nused " + maxRSS + " " + (userCPUTime + systemCPUTime));
  })`;
  const words = ["--import", pathToFileURL(TSX).href, "--import", `data:text/javascript,${encodeURIComponent(last)}`];
  const start = performance.now();
  const { stdout, stderr } = await run(process.execPath, [...words, ...args], { cwd: folder, maxBuffer: 1 << 28 });
  const seconds = (performance.now() - start) / 1_000;
  const [, kilobytes = "0", microseconds = "0"] = /used (\d+) (\d+)/.exec(stderr) ?? [];
  return { seconds, cpuSeconds: Number(microseconds) / 1e6, megabytes: Number(kilobytes) / 1_000, out: stdout };
}
