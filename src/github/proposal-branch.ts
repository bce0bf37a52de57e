import { createHash } from "node:crypto";
import type { GitHub } from "./connect.ts";
import type { Proposal } from "./proposal.ts";
import { headCommit } from "./repository.ts";

export interface FoundPullRequest {
  readonly number: number;
  readonly html_url: string;
}

/** The branch for a proposal. */
export type ProposalBranch =
  /** It has an open pull request. `isUnchanged`: the branch still contains exactly the proposed change. */
  | { readonly branch: string; readonly pullRequest: FoundPullRequest; readonly isUnchanged: boolean }
  /** `exists`: the branch contains the proposed change, but has no pull request yet. */
  | { readonly branch: string; readonly exists: boolean };

type ProposedChange = Pick<Proposal, "branch" | "head" | "edits" | "prefix">;

/** How often the same content can be proposed, closed and proposed again under a numbered name. */
const MAX_NAMES = 50;

/**
 * Finds the open pull request of the proposal's branch, else the first free name. A number is appended to the name when a
 * closed or merged pull request had it, or a branch of that name contains something else.
 *
 * @throws what octokit throws
 */
export async function findBranch(github: GitHub, proposal: ProposedChange): Promise<ProposalBranch> {
  const { branch: name, head } = proposal;
  for (let count = 1; count < MAX_NAMES; count += 1) {
    const branch = count === 1 ? name : `${name}-${count}`;
    const all = await pullRequestsOf(github, branch, head.branch);
    const open = all.find(({ state }) => state === "open");
    if (open !== undefined)
      return { branch, pullRequest: open, isUnchanged: await isUnchanged(github, branch, proposal) };
    if (all.length > 0) continue;
    if ((await headCommit(github, branch)) === undefined) return { branch, exists: false };
    if (await isUnchanged(github, branch, proposal)) return { branch, exists: true };
  }
  return { branch: `${name}-${head.commit.slice(0, 12)}`, exists: false };
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
  // A server without the filter by head returns all pull requests.
  return data.filter(({ head }) => head.ref === branch);
}

/** Whether a branch contains exactly the proposed change. */
async function isUnchanged(github: GitHub, branch: string, { head, edits, prefix }: ProposedChange): Promise<boolean> {
  const { octokit, owner, repo } = github;
  const basehead = `${head.branch}...${branch}`;
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

/** Returns git's id for a file content. */
function blobId(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
