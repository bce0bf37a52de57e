import type { LoggedCommit } from "./commit-log.ts";

/** A commit with its author, its date and its pull request. */
export interface CommitInfo extends Omit<LoggedCommit, "parents" | "changes"> {
  /**
   * The number in the subject of the merge that brought the commit into the mainline, else in the commit's own subject;
   * null if neither has one.
   */
  readonly pullRequest: number | null;
}

/**
 * Returns the author, date and pull request of a commit.
 *
 * @param merge  the merge that brought the commit into the mainline; null for a commit of the mainline itself
 */
export function commitInfo(commit: LoggedCommit, merge: LoggedCommit | null): CommitInfo {
  const { sha, authorName, authorEmail, date, subject } = commit;
  const pullRequest = (merge && pullRequestOf(merge.subject)) ?? pullRequestOf(subject);
  return { sha, authorName, authorEmail, date, subject, pullRequest };
}

/** Returns the newest commit among those that last changed one of these paths; undefined if there is none. */
export function newestChange(
  paths: readonly string[],
  changes: ReadonlyMap<string, CommitInfo>,
): CommitInfo | undefined {
  const found = paths.flatMap((path) => changes.get(path) ?? []);
  return found.sort((a, b) => Date.parse(b.date) - Date.parse(a.date))[0];
}

/**
 * Returns the number of the pull request that a commit's subject names, or null. Reads `New limit (#412)` from a squash,
 * `Merge pull request #412 from acme/limit` from a merge, and `Merged in limit (pull request #412)`. For
 * `Revert "New limit (#412)" (#415)` the result is 415, because 412 belongs to the quoted subject.
 */
export function pullRequestOf(subject: string): number | null {
  const digits =
    /^Merge pull request #(\d{1,9}) from /.exec(subject)?.[1] ??
    /\((?:pull request )?#(\d{1,9})\)\s*$/.exec(subject)?.[1];
  return digits === undefined ? null : Number(digits);
}
