import type { GitHub } from "./connect.ts";
import { FlagError } from "../core/errors.ts";
import { gitHubFailure, statusOf } from "./failure.ts";
import { readPullRequest, type PullRequest } from "./pull-request.ts";
import { selfOf } from "./self.ts";
import { stickyOf, updateSticky } from "./sticky.ts";

/** A step of the main line. */
export interface Landed {
  readonly sha: string;
  /** By its subject; null where that names none. */
  readonly pullRequest: number | null;
}

/** One pull request that was told. */
export interface Told {
  readonly number: number;
  readonly url: string;
  /** From its merge to `now`. */
  readonly seconds: number;
}

export interface Announced {
  readonly told: readonly Told[];
  /** What kept others from being told. */
  readonly failures: readonly FlagError[];
}

/** Of more at once, the oldest are not told: each takes several requests. */
export const MOST_TOLD = 20;

/**
 * Edits the comments of the pull requests that came live with one sync; whoever has no comment of ours is left alone.
 *
 * @param landed    newest first; those beyond {@link MOST_TOLD} are not told
 * @param edit      the comment's text with the news in it; `steps` are those that the pull request came with, newest first
 * @param marker    by which the comment is found
 * @returns         what was told, and what failed; only asking whose the token is makes all of it fail
 * @throws FlagError as gitHubFailure says
 */
export async function announceLive<Step extends Landed>(
  github: GitHub,
  landed: readonly Step[],
  {
    marker,
    now,
    edit,
  }: {
    readonly marker: string;
    readonly now: Date;
    readonly edit: (body: string, seconds: number, steps: readonly Step[]) => string;
  },
): Promise<Announced> {
  const self = await selfOf(github);
  const failures: FlagError[] = [];
  const merges = new Map<number, { readonly mergedAt: string; readonly steps: Step[] }>();
  await eachUntilLost(landed.slice(0, MOST_TOLD), failures, async (step) => {
    for (const { number, mergedAt } of await mergedBy(github, step)) {
      if (mergedAt === null) continue;
      const merge = merges.get(number) ?? { mergedAt, steps: [] };
      merge.steps.push(step);
      merges.set(number, merge);
    }
  });
  const told: Told[] = [];
  await eachUntilLost([...merges], failures, async ([number, { mergedAt, steps }]) => {
    const comment = await stickyOf(github, number, marker, self);
    if (comment === undefined) return;
    const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(mergedAt)) / 1_000));
    const body = edit(comment.body, seconds, steps);
    if (body !== comment.body) await update(github, number, comment.id, body);
    told.push({ number, url: comment.url, seconds });
  });
  return { told, failures };
}

/** One after the other; what fails is kept, and ends it where each further request would meet the same. */
async function eachUntilLost<Item>(
  items: readonly Item[],
  failures: FlagError[],
  step: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    try {
      await step(item);
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      failures.push(error);
      if (error.code === "GITHUB_UNREACHABLE" || error.code === "GITHUB_RATE_LIMITED") return;
    }
  }
}

/**
 * The pull requests that a commit of the main line came from: the one that its subject names, where GitHub knows it as that. A
 * subject says whatever its author likes, also the number of somebody else's pull request that was merged long ago.
 */
async function mergedBy(github: GitHub, { sha, pullRequest }: Landed): Promise<readonly PullRequest[]> {
  const named = pullRequest === null ? undefined : await pullRequestIfAny(github, pullRequest);
  if (named !== undefined && named.mergedAt !== null && named.mergeCommit === sha) return [named];
  const { octokit, owner, repo } = github;
  try {
    const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha });
    const merged = data.filter(({ merged_at }) => merged_at !== null);
    return await Promise.all(merged.map(({ number }) => readPullRequest(github, number)));
  } catch (error) {
    // A commit that was never pushed to this repository.
    if (statusOf(error) === 404 || statusOf(error) === 422) return [];
    throw gitHubFailure(error, `find the pull request of ${sha.slice(0, 7)}`);
  }
}

/** `(#12)` in a subject may be an issue, or of another repository. */
async function pullRequestIfAny(github: GitHub, number: number): Promise<PullRequest | undefined> {
  try {
    return await readPullRequest(github, number);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function update(github: GitHub, number: number, id: number, body: string): Promise<void> {
  try {
    await updateSticky(github, id, body);
  } catch (error) {
    throw gitHubFailure(error, `update the comment on #${number}`);
  }
}
