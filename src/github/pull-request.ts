import { FlagError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { readBytes } from "../files/read-file.ts";
import type { Environment } from "../history/git-environment.ts";
import type { GitHub } from "./connect.ts";
import { attempt } from "./failure.ts";

/** The pull request that triggered a run of GitHub Actions. */
export interface PullRequestEvent {
  readonly number: number;
  /** Its head commit when the run was started; null when unknown. */
  readonly headSha: string | null;
  /** Whether it comes from a fork; null when unknown. */
  readonly isFork: boolean | null;
}

/**
 * Finds the pull request of a run of GitHub Actions, from the event file, else from GITHUB_REF. Null when there is none, as in
 * a merge queue.
 *
 * @param given  the number from `--pr`, which takes precedence
 * @throws FlagError USAGE for an event file that cannot be read
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
  const { pull_request: pull } = objectFrom(await readEvent(path));
  const { number, head, base } = objectFrom(pull);
  if (typeof number !== "number" || !Number.isInteger(number) || number < 1) return undefined;
  const { sha, repo } = objectFrom(head);
  const { full_name: from } = objectFrom(repo);
  const { full_name: to } = objectFrom(objectFrom(base)["repo"]);
  return {
    number,
    headSha: typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha) ? sha : null,
    // A deleted fork has no repository.
    isFork: typeof to === "string" ? from !== to : null,
  };
}

/** Limits the event file: GitHub sends events of at most 25 MB. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

async function readEvent(path: string): Promise<unknown> {
  try {
    const bytes = await readBytes(path, { maxBytes: MAX_EVENT_BYTES });
    return JSON.parse(Buffer.from(bytes ?? []).toString("utf8"));
  } catch (cause) {
    throw new FlagError("USAGE", `the event file ${path} (GITHUB_EVENT_PATH) cannot be read`, {
      hint: "GitHub Actions sets the variable; elsewhere, name the pull request with --pr",
      cause,
    });
  }
}

/** Returns the value if it is an object, or else an empty object. */
function objectFrom(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The current state of a pull request. */
export interface PullRequest {
  readonly number: number;
  readonly headSha: string;
  /** Whether it comes from a fork, for which the token of a workflow is read-only. */
  readonly isFork: boolean;
  /** ISO 8601; null until it is merged. */
  readonly mergedAt: string | null;
  /** After the merge, the mainline commit: the merge commit, the squash commit, or the last commit of a rebase. */
  readonly mergeCommit: string | null;
}

/** Reads the current state of a pull request. @throws the errors of {@link attempt} */
export async function readPullRequest(
  { octokit, owner, repo, repository }: GitHub,
  number: number,
): Promise<PullRequest> {
  const { data } = await attempt(`read pull request #${number} of ${repository}`, () =>
    octokit.rest.pulls.get({ owner, repo, pull_number: number }),
  );
  return {
    number,
    headSha: data.head.sha,
    isFork: data.head.repo?.id !== data.base.repo.id,
    mergedAt: data.merged_at,
    mergeCommit: data.merge_commit_sha,
  };
}
