import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { ChangeReport } from "../../src/impact/report.ts";
import { commitText, CONFIG, flagPath, flagYaml, git, initRepository, STAFF } from "./flag-tree.ts";
import { buildPackage, DIST, measured, printMeasured } from "./measured.ts";

const FLAGS = 10_000;
const CHANGED = 20;
const GOAL = { seconds: 10, megabytes: 600 };
const MORE_STAFF = STAFF.replace("[admin, workshop_admin]", "[admin, workshop_admin, mechanic]");

/**
 * Measures the steps that a pull request waits for: the report, the check and the comment of a branch that changes
 * twenty of ten thousand flags. Includes the start of the command.
 */
export async function benchReport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-report-"));
  const hoist = (...args: readonly string[]) =>
    measured(folder, [join(DIST, "cli/bin.js"), ...args], environment(folder));
  const plan = ["plan", "--base", "main~1", "--format", "json"];
  try {
    await buildPackage();
    initRepository(folder);
    const flags = Array.from({ length: FLAGS }, (_, number) => [flagPath(number), flagYaml(number)] as const);
    const files = [["flags/_config.yaml", CONFIG], ["flags/_segments/staff.yaml", STAFF], ...flags] as const;
    git(folder, ["fast-import", "--quiet"], commitText(0, "First flags (#1)", files));
    const changed = flags.slice(0, CHANGED).map(([path], number) => [path, flagYaml(number, 99 - number)] as const);
    git(folder, ["fast-import", "--quiet"], commitText(1, "Twenty", changed, "main"));
    git(folder, ["checkout", "--quiet", "main"]);
    console.log(
      `${FLAGS} flags, ${CHANGED} changed, three environments, 20,000 people; load ${loadavg()[0]?.toFixed(1)}`,
    );
    for (const [title, ...args] of [
      ["plan", ...plan],
      ["validate", "validate", "--base", "main~1"],
      ["github comment", "github", "comment", "--base", "main~1"],
    ] as const) {
      printMeasured(`${title} --base`, GOAL, await hoist(...args));
    }
    const segment = [["flags/_segments/staff.yaml", MORE_STAFF]] as const;
    git(folder, ["fast-import", "--quiet"], commitText(2, "Staff", segment, "main"));
    const reached = await hoist(...plan);
    printMeasured("plan, a segment changed that reaches all", GOAL, reached);
    const { environments }: ChangeReport = JSON.parse(reached.stdout);
    console.log(environments.map(({ environment: name, flags }) => `${name} ${flags.length}`).join(", "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(DIST, { recursive: true, force: true });
  }
}

/** Simulates a merge queue, where the comment is written to the summary of the job. */
function environment(folder: string): Readonly<Record<string, string>> {
  return { GITHUB_EVENT_NAME: "merge_group", GITHUB_STEP_SUMMARY: join(folder, ".git/summary.md") };
}
