import { walkCommits, type LoggedCommit } from "./commit-log.ts";
import type { Git } from "./git.ts";
import { pullRequestOf } from "./pull-request.ts";

/** Who changed something, when, and by which pull request. */
export interface CommitInfo {
  readonly sha: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** When it was committed, ISO 8601 with the committer's offset. */
  readonly date: string;
  readonly subject: string;
  /** Of the merge that brought it to the main line, else of its own subject; null where neither names one. */
  readonly pullRequest: number | null;
}

/** A commit on the line of first parents, and its place there, counted from the newest. */
export interface Landing {
  readonly commit: LoggedCommit;
  readonly place: number;
}

/**
 * For each path the last commit that changed it on the way to `to`. The line of first parents decides what the last change
 * is: where that is a merge, the newest commit which it brought in and that touched the path is named, with the pull request
 * of the merge; where none did (the merge itself resolved a conflict), the merge.
 *
 * @param paths from the top of the repository
 * @param folder holds them all; relative to the opened folder
 * @returns paths that were not changed in the range are left out
 */
export async function lastChanges(
  git: Git,
  paths: Iterable<string>,
  range: { readonly from: string | null; readonly to: string },
  folder: string,
): Promise<ReadonlyMap<string, CommitInfo>> {
  const found = new Map<string, CommitInfo>();
  const wanted = new Set(paths);
  /** Paths that a merge changed, until one of the commits which it brought in turns up. */
  const pending = new Map<string, Landing>();
  const landings = landingsFrom(range.to);
  if (wanted.size === 0) return found;

  for await (const commit of walkCommits(git, range, folder)) {
    const { landing, isLanding, isOpen } = landings(commit);
    for (const path of commit.paths) {
      if (isLanding && wanted.delete(path)) {
        if (commit.parents.length > 1) pending.set(path, landing);
        else found.set(path, commitInfo(commit, null));
      } else if (!isLanding && commit.parents.length < 2 && pending.get(path) === landing) {
        pending.delete(path);
        found.set(path, commitInfo(commit, landing.commit));
      }
    }
    for (const [path, merge] of pending) {
      if (isOpen(merge)) continue;
      pending.delete(path);
      found.set(path, commitInfo(merge.commit, null));
    }
    if (wanted.size === 0 && pending.size === 0) break;
  }
  for (const [path, merge] of pending) found.set(path, commitInfo(merge.commit, null));
  return found;
}

/**
 * Follows a walk, children before parents, and tells of each commit by which commit of the first-parent line it got there:
 * itself, or the oldest merge from which it can be reached.
 */
export function landingsFrom(tip: string) {
  /** Of commits that are still to come: how they landed, as far as their children tell. */
  const expected = new Map<string, Landing>();
  let nextOnLine: string | undefined = tip;
  let place = 0;

  return (commit: LoggedCommit) => {
    const isLanding = commit.sha === nextOnLine;
    const landing = (isLanding ? undefined : expected.get(commit.sha)) ?? { commit, place };
    expected.delete(commit.sha);
    if (isLanding) {
      nextOnLine = commit.parents[0];
      place += 1;
    }
    for (const parent of commit.parents) {
      const known = expected.get(parent);
      if (parent !== nextOnLine && (known === undefined || known.place < landing.place)) expected.set(parent, landing);
    }
    // What the main line reaches by itself was brought in by nobody's merge.
    if (nextOnLine !== undefined) expected.delete(nextOnLine);
    return { landing, isLanding, isOpen: (merge: Landing) => [...expected.values()].includes(merge) };
  };
}

export function commitInfo(commit: LoggedCommit, merge: LoggedCommit | null): CommitInfo {
  const { sha, authorName, authorEmail, date, subject } = commit;
  const pullRequest = (merge && pullRequestOf(merge.subject)) ?? pullRequestOf(subject);
  return { sha, authorName, authorEmail, date, subject, pullRequest };
}
