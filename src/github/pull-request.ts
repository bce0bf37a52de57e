import { readFile } from "node:fs/promises";
import { FlagError } from "../core/errors.ts";
import type { Environment } from "../history/git-environment.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure } from "./failure.ts";

/** A pull request that a run is for. */
export interface PullRequestEvent {
  readonly number: number;
  /** The commit that it stood at when the run was started; null where that is not known. */
  readonly headSha: string | null;
  /** Whether it comes from a fork; null where that is not known. */
  readonly isFork: boolean | null;
}

/**
 * Which pull request a run of GitHub Actions is for: by the file of the event, else by GITHUB_REF. Null where it is for none, as
 * in a merge queue.
 *
 * @param given `--pr`, which wins
 * @throws FlagError USAGE for an event that cannot be read
 */
export async function pullRequestOf(env: Environment, given: number | undefined): Promise<PullRequestEvent | null> {
  const event = await eventOf(env);
  if (given !== undefined) return event?.number === given ? event : { number: given, headSha: null, isFork: null };
  if (event !== undefined) return event;
  const [, number] = /^refs\/pull\/(\d{1,9})\/(?:merge|head)$/.exec(env["GITHUB_REF"] ?? "") ?? [];
  return number === undefined ? null : { number: Number(number), headSha: null, isFork: null };
}

async function eventOf(env: Environment): Promise<PullRequestEvent | undefined> {
  const path = env["GITHUB_EVENT_PATH"];
  if (!path) return undefined;
  const event = await readEvent(path);
  const pull = fieldOf(event, "pull_request");
  const number = fieldOf(pull, "number");
  if (typeof number !== "number" || !Number.isInteger(number) || number < 1) return undefined;
  const [head, base] = [fieldOf(pull, "head"), fieldOf(pull, "base")];
  const sha = fieldOf(head, "sha");
  const [from, to] = [fieldOf(fieldOf(head, "repo"), "full_name"), fieldOf(fieldOf(base, "repo"), "full_name")];
  return {
    number,
    headSha: typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha) ? sha : null,
    // A fork that was deleted has no repository any more.
    isFork: typeof to === "string" ? from !== to : null,
  };
}

async function readEvent(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new FlagError("USAGE", `GITHUB_EVENT_PATH names ${path}, which holds no event that can be read`, {
      hint: "GitHub Actions sets it; elsewhere name the pull request with --pr",
      cause,
    });
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A pull request as GitHub has it now. */
export interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  /** From a repository in which a workflow's token may write nothing. */
  readonly isFork: boolean;
  /** ISO 8601; null while it is not merged. */
  readonly mergedAt: string | null;
  /** Of a merged one, the commit of the main line that it ended in: the merge, the squash, the last of a rebase. */
  readonly mergeCommit: string | null;
}

/** @throws FlagError as gitHubFailure says */
export async function readPullRequest(
  { octokit, owner, repo, repository }: GitHub,
  number: number,
): Promise<PullRequest> {
  try {
    const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
    return {
      number,
      headSha: data.head.sha,
      isFork: data.head.repo?.id !== data.base.repo.id,
      mergedAt: data.merged_at,
      mergeCommit: data.merge_commit_sha,
    };
  } catch (error) {
    throw gitHubFailure(error, `read pull request #${number} of ${repository}`);
  }
}
