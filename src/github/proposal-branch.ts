import { createHash } from "node:crypto";
import type { GitHub } from "./connect.ts";
import type { Proposal } from "./propose.ts";
import { headOf } from "./tip.ts";

export interface FoundPullRequest {
  readonly number: number;
  readonly html_url: string;
}

/** Where a proposal can go, or has gone already. */
export type Place =
  | { readonly branch: string; readonly pullRequest: FoundPullRequest; readonly isOurs: boolean }
  /** `isMade`: the branch is there with our content, and has no pull request yet. */
  | { readonly branch: string; readonly isMade: boolean };

type Wanted = Pick<Proposal, "branch" | "tip" | "edits" | "prefix">;

/** The same content proposed, closed and proposed again. */
const MOST_NAMES = 50;

/**
 * The open pull request of the proposal's branch, else the first name that is free: the proposed one, or with a number behind
 * it where a closed or merged pull request had that name, or somebody's branch of that name holds something else.
 *
 * @throws what octokit throws
 */
export async function freeBranch(github: GitHub, wanted: Wanted): Promise<Place> {
  const { branch: name, tip } = wanted;
  for (let count = 1; count < MOST_NAMES; count += 1) {
    const branch = count === 1 ? name : `${name}-${count}`;
    const all = await pullRequestsOf(github, branch, tip.branch);
    const open = all.find(({ state }) => state === "open");
    if (open !== undefined) return { branch, pullRequest: open, isOurs: await holdsOurs(github, branch, wanted) };
    if (all.length > 0) continue;
    if ((await headOf(github, branch)) === undefined) return { branch, isMade: false };
    if (await holdsOurs(github, branch, wanted)) return { branch, isMade: true };
  }
  return { branch: `${name}-${tip.commit.slice(0, 12)}`, isMade: false };
}

/** @throws what octokit throws */
export async function openPullRequest(
  github: GitHub,
  branch: string,
  base: string,
): Promise<FoundPullRequest | undefined> {
  return (await pullRequestsOf(github, branch, base)).find(({ state }) => state === "open");
}

async function pullRequestsOf({ octokit, owner, repo }: GitHub, branch: string, base: string) {
  const { data } = await octokit.rest.pulls.list({ owner, repo, head: `${owner}:${branch}`, base, state: "all" });
  // A server that knows no filter by head answers with all of them.
  return data.filter(({ head }) => head.ref === branch);
}

/** Whether a branch changes our files, and nothing else, into what we want them to be. */
async function holdsOurs(github: GitHub, branch: string, { tip, edits, prefix }: Wanted): Promise<boolean> {
  const { octokit, owner, repo } = github;
  const basehead = `${tip.branch}...${branch}`;
  const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 100 });
  const wanted = new Map(edits.map(({ to, after }) => [`${prefix}${to}`, blobId(after)]));
  const moved = new Set(edits.flatMap(({ from, to }) => (from === null || from === to ? [] : [`${prefix}${from}`])));
  const files = data.files ?? [];
  const gone = files.flatMap(({ status, filename, previous_filename }) => {
    return status === "removed" ? [filename] : status === "renamed" ? [previous_filename ?? filename] : [];
  });
  const kept = files.filter(({ status }) => status !== "removed");
  const isOnlyOurs = gone.length === moved.size && gone.every((path) => moved.has(path));
  return isOnlyOurs && kept.length === wanted.size && kept.every(({ filename, sha }) => wanted.get(filename) === sha);
}

/** Git's own name for a content. */
function blobId(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
