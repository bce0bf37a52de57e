import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { commitText, CONFIG, flagPath, flagYaml, git, initRepository, STAFF } from "./flag-tree.ts";
import { buildPackage, DIST, measured, type Measured, printMeasured } from "./measured.ts";

const run = promisify(execFile);
const FLAGS = 10_000;
const SNAPSHOT = fileURLToPath(new URL("snapshot-load.js", import.meta.url));

/** Measures the published package with ten thousand flags. Each step runs in its own process; memory is the peak of that process. */
export async function benchLarge(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-large-"));
  const database = pathToFileURL(join(folder, "staging.db")).href;
  const hoist = (...args: readonly string[]) => measured(folder, [join(DIST, "cli/bin.js"), ...args]);
  const sync = ["sync", "--env", "staging", "--database", database];
  const load = () => loaded(folder, database);
  try {
    await buildPackage();
    initRepository(folder);
    const flags = Array.from({ length: FLAGS }, (_, number) => [flagPath(number), flagYaml(number)] as const);
    const files = [["flags/_config.yaml", CONFIG], ["flags/_segments/staff.yaml", STAFF], ...flags] as const;
    git(folder, ["fast-import", "--quiet"], commitText(0, "First flags (#1)", files));
    git(folder, ["checkout", "--quiet", "main"]);
    console.log(`${FLAGS} flags of about ${flagYaml(1234).length} bytes; start-up of the command included`);
    printMeasured("validate, work tree", { seconds: 6, megabytes: 600 }, await hoist("validate"));
    printMeasured("validate, a commit", { seconds: 6, megabytes: 600 }, await hoist("validate", "--commit", "HEAD"));
    printMeasured("first sync to SQLite", { seconds: 10 }, await hoist(...sync));
    printMeasured("the same commit again", { seconds: 7 }, await hoist(...sync));
    git(folder, ["fast-import", "--quiet"], commitText(1, "One", [[flagPath(7), flagYaml(7, 50)]], "main"));
    printMeasured("one changed file", { seconds: 7 }, await hoist(...sync));
    printMeasured("snapshot load by a client", { seconds: 0.3 }, await load());
    printMeasured("the same, with a saved snapshot there", { seconds: 0.3 }, await load());
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(DIST, { recursive: true, force: true });
  }
}

/** Measures a client in its own process, from the call of createFlags to its first answer. */
async function loaded(folder: string, database: string): Promise<Measured> {
  const args = [SNAPSHOT, pathToFileURL(join(DIST, "src/index.js")).href, database];
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  const [seconds, cpuSeconds, megabytes] = stdout.split(" ").map(Number);
  if (seconds === undefined || cpuSeconds === undefined || megabytes === undefined) throw new Error(stdout);
  return { seconds, cpuSeconds, megabytes };
}
