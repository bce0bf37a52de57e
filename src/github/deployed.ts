import { FlagError } from "../core/errors.ts";
import { findComment, updateComment } from "./comment.ts";
import type { GitHub } from "./connect.ts";
import { absentFor, attempt } from "./failure.ts";
import { readPullRequest, type PullRequest } from "./pull-request.ts";
import { tokenAccount } from "./token-account.ts";

/** A mainline commit that a sync made live. */
export interface DeployedCommit {
  readonly sha: string;
  /** The number in its subject; null when there is none. */
  readonly pullRequest: number | null;
}

/** A pull request whose comment says that it is live. */
export interface DeployedPullRequest {
  readonly number: number;
  readonly url: string;
  /** The time from its merge to `now`. */
  readonly seconds: number;
}

/** The result of {@link announceDeploy}. */
export interface Announcement {
  readonly announced: readonly DeployedPullRequest[];
  /** The errors of pull requests that could not be announced. */
  readonly failures: readonly FlagError[];
}

/** The maximum number of commits that one sync announces, newest first. Each takes several requests. */
export const MAX_ANNOUNCED = 20;

/**
 * Edits the comments of the pull requests that went live with one sync. Pull requests without a comment are left alone.
 *
 * @param commits   newest first; those beyond {@link MAX_ANNOUNCED} are not announced
 * @param options   `marker` identifies the comment; `edit` returns its new text, from the commits of the pull request,
 *   newest first
 * @throws the errors of {@link tokenAccount}; later failures are returned
 */
export async function announceDeploy<Commit extends DeployedCommit>(
  github: GitHub,
  commits: readonly Commit[],
  {
    marker,
    now,
    edit,
  }: {
    readonly marker: string;
    readonly now: Date;
    readonly edit: (body: string, seconds: number, commits: readonly Commit[]) => string;
  },
): Promise<Announcement> {
  const account = await tokenAccount(github);
  const failures: FlagError[] = [];
  const merges = new Map<number, { readonly mergedAt: string; readonly commits: Commit[] }>();
  await eachWhileReachable(commits.slice(0, MAX_ANNOUNCED), failures, async (commit) => {
    for (const { number, mergedAt } of await mergedBy(github, commit)) {
      if (mergedAt === null) continue;
      const merge = merges.get(number) ?? { mergedAt, commits: [] };
      merge.commits.push(commit);
      merges.set(number, merge);
    }
  });
  const announced: DeployedPullRequest[] = [];
  await eachWhileReachable([...merges], failures, async ([number, merge]) => {
    const comment = await findComment(github, number, marker, account);
    if (comment === undefined) return;
    const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(merge.mergedAt)) / 1_000));
    const body = edit(comment.body, seconds, merge.commits);
    if (body !== comment.body) await updateComment(github, number, comment.id, body);
    announced.push({ number, url: comment.url, seconds });
  });
  return { announced, failures };
}

/** Handles one item after the other and collects failures. Stops when every further request would fail as well. */
async function eachWhileReachable<Item>(
  items: readonly Item[],
  failures: FlagError[],
  handle: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    try {
      await handle(item);
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      failures.push(error);
      if (error.code === "GITHUB_UNREACHABLE" || error.code === "GITHUB_RATE_LIMITED") return;
    }
  }
}

/**
 * Returns the pull requests that a mainline commit came from. The number in its subject is used only when GitHub confirms it,
 * because a subject may contain any number.
 */
async function mergedBy(github: GitHub, { sha, pullRequest }: DeployedCommit): Promise<readonly PullRequest[]> {
  // `(#12)` in a subject may be an issue, or belong to a different repository.
  const named = pullRequest === null ? undefined : await readPullRequest(github, pullRequest).catch(absentFor(404));
  if (named !== undefined && named.mergedAt !== null && named.mergeCommit === sha) return [named];
  const { octokit, owner, repo } = github;
  const merged = await attempt(`find the pull request of ${sha.slice(0, 7)}`, async () => {
    const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha });
    const numbers = data.flatMap(({ number, merged_at }) => (merged_at === null ? [] : [number]));
    return Promise.all(numbers.map((number) => readPullRequest(github, number)));
    // A commit that was never pushed to this repository.
  }).catch(absentFor(404, 422));
  return merged ?? [];
}
