import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import type { Step } from "./first-steps.ts";
import { HOOK_MARK, preCommitHook } from "./hook.ts";
import type { Io } from "../terminal/io.ts";

/**
 * Installs the pre-commit hook where git looks for it; a hook that is there already stays, with what to add to it.
 *
 * @param folder  the one that holds `flags/`
 * @returns null outside a repository
 */
export async function installHook(folder: string, ambient: Io["env"]): Promise<Step | null> {
  const places = await gitPlaces(folder, ambient);
  if (places === null) return null;
  const { hooks, prefix } = places;
  const file = join(hooks, "pre-commit");
  const near = relative(folder, file);
  const path = near.startsWith("..") ? file : near.replaceAll("\\", "/");
  if (existsSync(file)) {
    const isOurs = readFileSync(file, "utf8").includes(HOOK_MARK);
    const line = `${prefix === "" ? "" : `cd ${prefix} && `}hoist validate --staged || exit $?`;
    return { path, outcome: "kept", note: isOurs ? CHECKS : `another hook stands there; add to it: ${line}` };
  }
  mkdirSync(hooks, { recursive: true });
  writeFileSync(file, preCommitHook(prefix), { flag: "wx" });
  chmodSync(file, 0o755);
  return { path, outcome: "written", note: CHECKS };
}

const CHECKS = "checks what is staged, before every commit";

interface GitPlaces {
  readonly hooks: string;
  /** From the top of the work tree to `folder`: "" or `apps/shop`. */
  readonly prefix: string;
}

/** Asked of git itself: worktrees and core.hooksPath put hooks elsewhere. */
async function gitPlaces(folder: string, ambient: Io["env"]): Promise<GitPlaces | null> {
  // A hook that runs us sets these; here the folder decides.
  const env = Object.fromEntries(
    Object.entries(ambient).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)),
  );
  const PATH = ambient["PATH"] ?? process.env["PATH"];
  const options = { cwd: folder, env: { ...env, ...(PATH === undefined ? {} : { PATH }) } };
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--show-prefix", "--git-path", "hooks"], options);
    const [prefix = "", hooks = ""] = stdout.split(/\r?\n/);
    return { hooks: resolve(folder, hooks), prefix: prefix.replace(/\/$/, "") };
  } catch {
    return null;
  }
}
