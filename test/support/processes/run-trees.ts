import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BEFORE, type CostlyTree, type TreeFiles } from "../costly-trees.ts";
import { hoistIn } from "../hoist.ts";
import { gitTestEnvironment } from "../repository.ts";

/** One command that was run on one tree. */
export interface TreeRun {
  readonly tree: string;
  readonly command: string;
  readonly code: number;
  readonly cpuSeconds: number;
  /** The most memory that the process has used so far. */
  readonly megabytes: number;
  /** The start of what the command wrote. */
  readonly text: string;
}

/** Runs every command on each tree that the parent sends, and sends each run back. */
process.on("message", (trees: readonly CostlyTree[]) => {
  void runAll(trees).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function runAll(trees: readonly CostlyTree[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-trees-"));
  try {
    const git = (args: readonly string[], input = "") =>
      execFileSync("git", args, {
        cwd: folder,
        input,
        env: gitTestEnvironment(folder),
        stdio: ["pipe", "pipe", "pipe"],
      });
    git(["init", "--quiet"]);
    git(["fast-import", "--quiet"], trees.map(commitsOf).join(""));
    for (const [index, tree] of trees.entries()) {
      git(["checkout", "--quiet", "--force", `after-${index}`]);
      rmSync(join(folder, ".flaghoist"), { recursive: true, force: true });
      const base = ["--base", `before-${index}`];
      const commands = [
        ["validate"],
        ["validate", ...base],
        ["plan", ...base],
        ["describe", "example"],
        ["sync", "--env", "development"],
      ];
      for (const command of commands) await runOne(folder, tree, command);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOne(folder: string, tree: CostlyTree, command: readonly string[]): Promise<void> {
  const start = process.cpuUsage();
  const { code, out, err } = await hoistIn(folder)(...command);
  const { user, system } = process.cpuUsage(start);
  const run: TreeRun = {
    tree: tree.name,
    command: command.join(" "),
    code,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    text: `${out}\n${err}`.slice(0, 20_000),
  };
  await new Promise<void>((resolve) => process.send?.(run, () => resolve()));
}

/** Two commits in the format of `git fast-import`: the tree before the change on one branch, and after it on another. */
function commitsOf({ before = BEFORE, after }: CostlyTree, index: number): string {
  return (
    commitOf(`before-${index}`, before, "") + commitOf(`after-${index}`, after, `from refs/heads/before-${index}\n`)
  );
}

function commitOf(branch: string, files: TreeFiles, from: string): string {
  const entries = Object.entries(files).map(
    ([path, text]) => `M 644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const who = "committer Dana <dana@acme.dev> 1800000000 +0000";
  return `commit refs/heads/${branch}\n${who}\ndata 1\nx\n${from}deleteall\n${entries.join("")}\n`;
}
