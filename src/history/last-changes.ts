import { commitInfo, type CommitInfo } from "./commit-info.ts";
import { walkCommits } from "./commit-log.ts";
import type { Git } from "./git.ts";
import { type MainlineCommit, mainlineLocator } from "./mainline.ts";

/**
 * Returns, for each path, the last commit in the range that changed it. The last change is the newest mainline commit that
 * changed the path. If that is a merge, the result is the newest commit of the merged branch that changed the path, with the
 * pull request of the merge; if the branch has no such commit, because the merge resolved a conflict, it is the merge itself.
 *
 * @param paths   relative to the opened folder
 * @param identityOf  maps a path in a commit to the one in `paths` that stands for it, to follow a file that moves
 * @returns       commits by path; paths that did not change in the range are omitted
 */
export async function lastChanges(
  git: Git,
  paths: readonly string[],
  range: { readonly from: string | null; readonly to: string },
  identityOf: (path: string) => string = (path) => path,
): Promise<ReadonlyMap<string, CommitInfo>> {
  const found = new Map<string, CommitInfo>();
  const missing = new Set(paths);
  /** Paths that a merge changed, until a commit of the merged branch that changed them is found. */
  const pending = new Map<string, MainlineCommit>();
  const locate = mainlineLocator(range.to);
  if (missing.size === 0) return found;

  for await (const commit of walkCommits(git, range, commonFolder(paths))) {
    const { mainline, isOnMainline, isOpen } = locate(commit);
    for (const { path: changed } of commit.changes) {
      const path = identityOf(changed);
      if (isOnMainline && missing.delete(path)) {
        if (commit.parents.length > 1) pending.set(path, mainline);
        else found.set(path, commitInfo(commit, null));
      } else if (!isOnMainline && commit.parents.length < 2 && pending.get(path) === mainline) {
        pending.delete(path);
        found.set(path, commitInfo(commit, mainline.commit));
      }
    }
    for (const [path, merge] of pending) {
      if (isOpen(merge)) continue;
      pending.delete(path);
      found.set(path, commitInfo(merge.commit, null));
    }
    if (missing.size === 0 && pending.size === 0) break;
  }
  for (const [path, merge] of pending) found.set(path, commitInfo(merge.commit, null));
  return found;
}

/** Returns the deepest folder that contains all paths, so that git compares little; "." for the whole repository. */
function commonFolder(paths: readonly string[]): string {
  let common: readonly string[] | undefined;
  for (const path of paths) {
    const parts = path.split("/").slice(0, -1);
    const parting: number = common?.findIndex((part, n) => part !== parts[n]) ?? -1;
    if (common === undefined) common = parts;
    else if (parting !== -1) common = common.slice(0, parting);
  }
  return common?.join("/") || ".";
}
