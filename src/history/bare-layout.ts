import { realpathSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { FlagError } from "../core/errors.ts";
import { shellWord } from "../core/text.ts";
import { entryIfReachable } from "../files/entry.ts";

/**
 * Refuses a folder in which git would find a bare repository before the clone: a folder with `HEAD`, `objects` and `refs`
 * counts as one. A commit can contain such files, but never a `.git`. Git would then take its configuration, its commits and
 * the place of its hooks from files that the author of a branch chose, and the configuration can name programs that git
 * runs. Git 2.38 and newer also refuses this itself, because of `safe.bareRepository`.
 *
 * @throws FlagError GIT_FAILED inside a clone; NOT_A_REPOSITORY for a bare repository that is not inside a clone
 */
export function refuseBareLayout(folder: string): void {
  // Git looks for a repository from the folder upwards, without links.
  const start = realFolder(folder);
  if (start === undefined) return;
  for (const here of upwardsFrom(start)) {
    if (isGitEntry(join(here, ".git"))) return;
    const files = bareLayoutIn(here);
    if (files !== undefined) throw refusal(folder, here, files);
  }
}

/** Returns the files that make git take a folder for a repository. */
function bareLayoutIn(folder: string): readonly string[] | undefined {
  const present = ["HEAD", "commondir", "objects", "refs", "config"].filter((name) => isEntry(join(folder, name)));
  // With `commondir`, git looks for objects, refs and config in the folder that this file names.
  const isLayout = ["HEAD", "objects", "refs"].every((name) => present.includes(name));
  return isLayout || (present.includes("HEAD") && present.includes("commondir")) ? present : undefined;
}

/** Links count, even if they lead nowhere: a HEAD may be one. */
function isEntry(path: string): boolean {
  return entryIfReachable(path) !== undefined;
}

/** Returns whether git would stop at this entry: a repository, or the file of a worktree or a submodule. */
function isGitEntry(path: string): boolean {
  return entryIfReachable(path)?.isFile() === true || bareLayoutIn(path) !== undefined;
}

function refusal(folder: string, bare: string, files: readonly string[]): FlagError {
  const top = [...upwardsFrom(dirname(bare))].find((here) => isGitEntry(join(here, ".git")));
  if (top === undefined || basename(bare) === ".git") {
    const message = `${folder} is in a bare repository, which has no work tree`;
    return new FlagError("NOT_A_REPOSITORY", message, { hint: "run this inside a clone of it" });
  }
  const paths = files.map((name) => relative(top, join(bare, name)).replaceAll("\\", "/"));
  const message = `git would take ${bare} for a repository of its own, because it contains ${files.join(", ")}`;
  // In the folder itself, git would follow the configuration there.
  const log = `git -C ${shellWord(top)} log -- ${paths.map(shellWord).join(" ")}`;
  const hint = `a branch can use this to run programs on your machine; do not run git in this folder\nfind out who added the files: ${log}\nthen delete or rename them`;
  return new FlagError("GIT_FAILED", message, { hint });
}

function* upwardsFrom(folder: string): Iterable<string> {
  for (let here = folder; ; here = dirname(here)) {
    yield here;
    if (here === dirname(here)) return;
  }
}

/** Returns undefined for a folder that cannot be reached, about which git itself complains. */
function realFolder(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}
