import { execFile } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { gitEnvironment } from "../../history/git-environment.ts";
import { shellWord } from "../../core/text.ts";
import { writeNew, type Step } from "./first-steps.ts";
import type { Io } from "../terminal/io.ts";

/**
 * Installs the pre-commit hook where git looks for it. An existing hook is kept, with a note about the line to add to it.
 *
 * @param folder  the folder that holds `flags/`
 * @returns null outside a git repository
 */
export async function installHook(folder: string, ambient: Io["env"]): Promise<Step | null> {
  const repository = await hooksOf(folder, ambient);
  if (repository === null) return null;
  const { hooks, prefix } = repository;
  const file = join(hooks, "pre-commit");
  const path = relative(folder, file).replaceAll("\\", "/");
  const step = writeNew(folder, { path, text: preCommitHook(prefix), note: CHECKS });
  const shown = { ...step, path: path.startsWith("..") ? file : path };
  if (step.outcome === "written") chmodSync(file, 0o755);
  else if (!readFileSync(file, "utf8").includes(HOOK_MARK)) {
    const line = `${prefix === "" ? "" : `cd ${prefix} && `}hoist validate --staged || exit $?`;
    return { ...shown, note: `another hook exists; add this line to it: ${line}` };
  }
  return shown;
}

const CHECKS = "validates staged flag files before each commit";

/** Marks a hook as written by hoist. */
const HOOK_MARK = "# Installed by hoist init --hook.";

/**
 * Returns the pre-commit hook: it validates the staged files and ends like `hoist validate`. It is written for POSIX sh, which
 * git brings to every system, and starts Node.js only when a file under `flags/` is staged.
 *
 * @param prefix  the path from the top of the work tree to the folder that holds `flags/`: "" or `apps/shop`
 */
export function preCommitHook(prefix: string): string {
  return `#!/bin/sh
${HOOK_MARK}
# This hook validates staged flag files. To skip it once: git commit --no-verify
cd ${prefix === "" ? "." : shellWord(prefix)} 2>/dev/null || exit 0
git diff --cached --quiet -- flags && exit 0
for hoist in ./node_modules/.bin/hoist "$(git rev-parse --show-toplevel)/node_modules/.bin/hoist"; do
  [ -x "$hoist" ] && exec "$hoist" validate --staged
done
command -v hoist >/dev/null 2>&1 && exec hoist validate --staged
command -v npx >/dev/null 2>&1 && exec npx --no-install hoist validate --staged
echo "hoist is not installed, so the staged flags were not validated: run npm install, or git commit --no-verify" >&2
exit 1
`;
}

/**
 * Asks git where the hooks are, because worktrees and core.hooksPath move them.
 *
 * @returns the folder of the hooks, and the path from the top of the work tree to the given folder: "" or `apps/shop`
 */
async function hooksOf(folder: string, ambient: Io["env"]): Promise<{ hooks: string; prefix: string } | null> {
  const env = { PATH: process.env["PATH"], ...gitEnvironment(ambient) };
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--show-prefix", "--git-path", "hooks"], {
      cwd: folder,
      env,
    });
    const [prefix = "", hooks = ""] = stdout.split(/\r?\n/);
    return { hooks: resolve(folder, hooks), prefix: prefix.replace(/\/$/, "") };
  } catch {
    return null;
  }
}
