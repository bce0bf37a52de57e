import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { gitIn } from "../../history/git.ts";
import { shellWord } from "../../core/text.ts";
import { textOf } from "../generate/text-files.ts";
import { writeNew, type Step } from "./first-steps.ts";
import type { Io } from "../terminal/io.ts";

/**
 * Installs the pre-commit hook where git looks for it. An existing hook is kept, with a note about the line to add to it.
 *
 * @param folder  the folder that holds `flags/`
 * @returns null outside a git repository
 * @throws FlagError GIT_FAILED
 */
export async function installHook(folder: string, ambient: Io["env"]): Promise<Step | null> {
  const repository = await hooksOf(folder, ambient);
  if (repository === null) return null;
  const { top, hooks, prefix } = repository;
  const file = join(hooks, "pre-commit");
  const root = isCommitted(top, hooks) ? top : hooks;
  const place = { path: relative(root, file), mode: 0o777 };
  const step = await writeNew(root, { ...place, text: preCommitHook(prefix), note: CHECKS });
  const path = relative(await realpath(folder), file).replaceAll("\\", "/");
  const shown = { ...step, path: path.startsWith("..") ? file : path };
  if (step.outcome === "kept" && !(await textOf(file))?.includes(HOOK_MARK)) {
    const line = `${prefix === "" ? "" : `cd ${prefix} && `}hoist validate --staged || exit $?`;
    return { ...shown, note: `another hook exists; add this line to it: ${line}` };
  }
  return shown;
}

/** Returns whether a commit could hold the folder of the hooks, e.g. `.husky`, and so could hold a link in its place. */
function isCommitted(top: string, hooks: string): boolean {
  const below = relative(top, hooks);
  return !isAbsolute(below) && ![".git", ".."].includes(below.split(/[/\\]/)[0] ?? "");
}

const CHECKS = "validates staged flag files before each commit";

/** Marks a hook as written by hoist. */
const HOOK_MARK = "# Installed by hoist init --hook.";

/**
 * Returns the pre-commit hook: it validates the staged files and ends like `hoist validate`. It is written for POSIX sh, which
 * is available wherever git is installed, and starts Node.js only when a file under `flags/` is staged.
 *
 * @param prefix  the path from the top of the work tree to the folder that holds `flags/`: "" or `apps/shop`
 */
export function preCommitHook(prefix: string): string {
  const flags = prefix === "" ? "flags" : shellWord(`${prefix}/flags`);
  return `#!/bin/sh
${HOOK_MARK}
# This hook validates staged flag files. To skip it once: git commit --no-verify
# Git starts it at the top of the work tree. The hook calls git only here: a branch can contain a folder that git takes for a repository.
git --literal-pathspecs diff --cached --quiet -- ${flags} && exit 0
top=$PWD
cd ${prefix === "" ? "." : shellWord(prefix)} 2>/dev/null || exit 0
for hoist in ./node_modules/.bin/hoist "$top/node_modules/.bin/hoist"; do
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
 * @returns null outside a repository; else the top of the work tree, the folder of the hooks, and the path from the top to the given folder: "" or `apps/shop`
 */
async function hooksOf(
  folder: string,
  ambient: Io["env"],
): Promise<{ readonly top: string; readonly hooks: string; readonly prefix: string } | null> {
  const git = gitIn(folder, { PATH: process.env["PATH"], ...ambient }, { seesHooksPath: true });
  try {
    const answers = await git.run("rev-parse", "--show-toplevel", "--show-prefix", "--git-path", "hooks");
    const [top = "", prefix = "", hooks = ""] = answers.split(/\r?\n/);
    return { top, hooks: resolve(await realpath(folder), hooks), prefix: prefix.replace(/\/$/, "") };
  } catch (error) {
    if (error instanceof FlagError && error.code === "NOT_A_REPOSITORY") return null;
    throw error;
  }
}
