import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ChangeReport } from "../../src/core/report/report.ts";
import { commitText, CONFIG, flagPath, flagYaml, git, initRepository, STAFF } from "./flag-tree.ts";

const FLAGS = 10_000;
const CHANGED = 20;
const GOAL_SECONDS = 10;
const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const TSX = fileURLToPath(new URL("../../node_modules/tsx/dist/esm/index.mjs", import.meta.url));

/** What a pull request waits for: `hoist plan --base` on ten thousand flags, twenty of them changed, start-up included. */
export async function benchReport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-report-"));
  try {
    initRepository(folder);
    const flags = Array.from({ length: FLAGS }, (_, number) => [flagPath(number), flagYaml(number)] as const);
    const files = [["flags/_config.yaml", CONFIG], ["flags/_segments/staff.yaml", STAFF], ...flags] as const;
    git(folder, ["fast-import", "--quiet"], commitText(0, "First flags (#1)", files));
    const changed = flags.slice(0, CHANGED).map(([path], number) => [path, flagYaml(number, 99 - number)] as const);
    git(folder, ["fast-import", "--quiet"], commitText(1, "Twenty", changed, "main"));
    git(folder, ["checkout", "--quiet", "main"]);
    console.log(
      `${FLAGS} flags, ${CHANGED} changed, three environments, 20,000 people; start-up of the command included`,
    );
    await measure("in a fresh clone", folder);
    await measure("with what was read before", folder);
    await measure("with a segment changed that reaches all", folder, { segment: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(title: string, folder: string, { segment = false } = {}): Promise<void> {
  if (segment) {
    const more = STAFF.replace("[admin, workshop_admin]", "[admin, workshop_admin, mechanic]");
    git(folder, ["fast-import", "--quiet"], commitText(2, "Staff", [["flags/_segments/staff.yaml", more]], "main"));
  }
  const last = `process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write("\\nused " + maxRSS + " " + (userCPUTime + systemCPUTime));
  })`;
  const words = ["--import", pathToFileURL(TSX).href, "--import", `data:text/javascript,${encodeURIComponent(last)}`];
  const start = performance.now();
  const { stdout, stderr } = await printed([...words, BIN, "plan", "--base", "main~1", "--format", "json"], folder);
  const seconds = (performance.now() - start) / 1_000;
  const [, kilobytes = "0", microseconds = "0"] = /used (\d+) (\d+)/.exec(stderr) ?? [];
  const { environments }: ChangeReport = JSON.parse(stdout);
  const told = environments.map(({ environment, flags }) => `${environment} ${flags.length}`).join(", ");
  const cpu = (Number(microseconds) / 1e6).toFixed(2);
  const peak = (Number(kilobytes) / 1_000).toFixed(0);
  console.log(
    `${title.padEnd(40)} ${seconds.toFixed(2).padStart(6)} s (cpu ${cpu} s)   goal ${GOAL_SECONDS} s   peak ${peak} MB   ${told}`,
  );
}

/** Changes end in exit 2, which is no failure here. */
function printed(args: readonly string[], folder: string): Promise<{ stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [...args], { cwd: folder, maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      if (error === null || error.code === 2) done({ stdout, stderr });
      else fail(new Error(stderr, { cause: error }));
    });
  });
}
