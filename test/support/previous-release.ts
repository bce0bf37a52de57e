import { execFile, execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe } from "vitest";
import { MIGRATIONS } from "../../src/store/migration-list.ts";
import { aFolder } from "./repository.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** The program as it was before the newest migration, which other processes may still run while the database is migrated. */
export interface PreviousRelease {
  /** The folder of its source. */
  readonly folder: string;
  /** Runs its command line. @throws Error with its output if the exit code is not 0 */
  hoist(folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string>;
}

/** Defines tests that need the history of this repository. Without it they are skipped, with the reason in the name. */
export function describeWithHistory(name: string, tests: (previous: () => PreviousRelease) => void): void {
  const commit = previousCommit();
  const reason = commit === undefined ? " (skipped: the history of this repository is not here)" : "";
  describe(`${name}${reason}`, { skip: commit === undefined }, () => {
    tests(() => unpack(commit ?? ""));
  });
}

/** Returns the parent of the commit that added the newest migration; undefined if that commit or its parent is not here. */
function previousCommit(): string | undefined {
  const newest = `src/store/migrations/sqlite/${MIGRATIONS.at(-1)?.name}.sql`;
  const log = ["log", "--diff-filter=A", "--no-renames", "--format=%P", "--", newest];
  try {
    // The last line is the oldest commit that added the file.
    const parents = execFileSync("git", log, { cwd: ROOT, encoding: "utf8" }).trim().split("\n").at(-1);
    const [parent] = parents?.split(" ") ?? [];
    if (!parent) return undefined;
    execFileSync("git", ["cat-file", "-e", `${parent}^{tree}`], { cwd: ROOT, stdio: "ignore" });
    return parent;
  } catch {
    return undefined;
  }
}

/** Unpacks the source into a folder that is removed after the test. It runs with the packages of today. */
function unpack(commit: string): PreviousRelease {
  const folder = aFolder();
  const archive = execFileSync("git", ["archive", commit, "src", "test/support", "schema", "package.json"], {
    cwd: ROOT,
    maxBuffer: 1 << 28,
  });
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    hoist: async (cwd, env, ...args) => {
      const options = { cwd, env: { PATH: process.env["PATH"], ...env } };
      return (await run(process.execPath, [join(folder, "src/cli/bin.js"), ...args], options)).stdout;
    },
  };
}
