import { createHash } from "node:crypto";
import { FlagError } from "../core/errors.ts";
import type { GitHub } from "./connect.ts";
import { attempt, gitHubFailure, statusOf } from "./failure.ts";
import type { Proposal } from "./proposal.ts";
import { headCommit } from "./repository.ts";

/** The pull request of a proposal. */
export interface Proposed {
  readonly number: number;
  readonly url: string;
  /** `found`: the same change was proposed before, and its pull request is still open. */
  readonly action: "opened" | "found";
  readonly branch: string;
  /** Secondary steps that failed, one line each. */
  readonly warnings: readonly string[];
}

/** How often to start again after a collision with a concurrent run of the same proposal. */
const MAX_ATTEMPTS = 5;

/**
 * Opens a pull request through the API: tree, commit, branch, pull request, then labels and reviewers. A second call
 * with the same proposal finds the pull request of the first. When opening it fails, the new branch is removed again.
 * Labels and reviewers that GitHub refuses only cause a warning.
 *
 * @throws the errors of {@link attempt}; when the branch could not be removed, the message names it
 */
export async function propose(github: GitHub, proposal: Proposal): Promise<Proposed> {
  const proposed = await attempt(`open a pull request in ${github.repository}`, async () => {
    let made: string | undefined;
    for (let count = 0; count < MAX_ATTEMPTS; count += 1) {
      const target = await findBranch(github, proposal);
      const { branch } = target;
      if ("pullRequest" in target) return found(target.pullRequest, branch, target.isUnchanged);
      // A concurrent run may be faster, or remove its branch again; then the next attempt finds the new state.
      if (!target.exists) {
        made ??= await commitOf(github, proposal);
        if (!(await makeBranch(github, branch, made))) continue;
      }
      const opened = await openFrom(github, proposal, branch, target.exists ? undefined : made);
      if (opened !== undefined) return opened;
    }
    return undefined;
  });
  if (proposed !== undefined) return proposed;
  throw new FlagError("GITHUB_CONFLICT", `other runs are opening the same pull request in ${github.repository}`, {
    hint: "look at the open pull requests, then try again",
  });
}

function found({ number, html_url }: FoundPullRequest, branch: string, isUnchanged: boolean): Proposed {
  const warnings = isUnchanged ? [] : [`#${number} was changed after it was opened: review it before you merge it`];
  return { number, url: html_url, action: "found", branch, warnings };
}

async function commitOf(github: GitHub, { edits, prefix, head, message }: Proposal): Promise<string> {
  const { octokit, owner, repo } = github;
  const file = { mode: "100644", type: "blob" } as const;
  // The texts are sent with the tree, because octokit spaces writes a second apart, and each blob would be another write.
  const changes = edits.flatMap(({ from, to, after }) => [
    { ...file, path: `${prefix}${to}`, content: after },
    ...(from === null || from === to ? [] : [{ ...file, path: `${prefix}${from}`, sha: null }]),
  ]);
  const tree = await octokit.rest.git.createTree({ owner, repo, base_tree: head.tree, tree: changes });
  const parents = [head.commit];
  const { data } = await octokit.rest.git.createCommit({ owner, repo, message, tree: tree.data.sha, parents });
  return data.sha;
}

/** Returns false when a branch of that name exists. */
async function makeBranch(github: GitHub, branch: string, commit: string): Promise<boolean> {
  const { octokit, owner, repo } = github;
  try {
    await octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: commit });
    return true;
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    // After a server error, or without an answer, the branch may exist nevertheless.
    if ((statusOf(error) ?? 500) >= 500) await removeBranch(github, branch, commit, error);
    throw error;
  }
}

/**
 * @param own  the commit at which this call created the branch; undefined for a branch of another run, which is never removed
 * @returns    undefined when the branch of another run is gone
 */
async function openFrom(
  github: GitHub,
  proposal: Proposal,
  branch: string,
  own: string | undefined,
): Promise<Proposed | undefined> {
  const { octokit, owner, repo } = github;
  const { title, body, head: base } = proposal;
  try {
    const { data } = await octokit.rest.pulls.create({ owner, repo, head: branch, base: base.branch, title, body });
    const warnings = await addLabelsAndReviewers(github, proposal, data.number, data.user.login);
    return { number: data.number, url: data.html_url, action: "opened", branch, warnings };
  } catch (error) {
    // The pull request may exist: another run opened it, or the response to this request was lost.
    const others = await pullRequestsOf(github, branch, base.branch).catch(() => []);
    const open = others.find(({ state }) => state === "open");
    if (open !== undefined) return found(open, branch, true);
    if (own !== undefined) await removeBranch(github, branch, own, error);
    else if (statusOf(error) === 422 && (await headCommit(github, branch)) === undefined) return undefined;
    throw error;
  }
}

/** Adds labels and requests reviews. @returns what GitHub refused, one line each; the pull request stays open without it */
async function addLabelsAndReviewers(
  { octokit, owner, repo }: GitHub,
  { labels, reviewers }: Proposal,
  number: number,
  author: string,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const warn = (doing: string) => (error: unknown) => {
    warnings.push(gitHubFailure(error, doing).message);
  };
  if (labels.length > 0) {
    await octokit.rest.issues
      .addLabels({ owner, repo, issue_number: number, labels: [...labels] })
      .catch(warn(`label #${number} ${labels.join(", ")}`));
  }
  // One request each, so that a team without access does not prevent the others. GitHub refuses the author as a reviewer.
  for (const { kind, name } of reviewers) {
    if (kind === "user" && name.toLowerCase() === author.toLowerCase()) continue;
    const who = kind === "team" ? { team_reviewers: [name] } : { reviewers: [name] };
    await octokit.rest.pulls
      .requestReviewers({ owner, repo, pull_number: number, ...who })
      .catch(warn(`request a review of #${number} from ${kind === "team" ? `${owner}/${name}` : name}`));
  }
  return warnings;
}

/** Removes a branch that is still at the commit at which it was created. */
async function removeBranch(github: GitHub, branch: string, commit: string, reason: unknown): Promise<void> {
  const { octokit, owner, repo, repository } = github;
  try {
    if ((await headCommit(github, branch)) !== commit) return;
    await octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${branch}` });
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 422) return;
    const failed = gitHubFailure(reason, `open a pull request in ${repository}`);
    throw new FlagError(failed.code, `${failed.message}; the branch ${branch} may remain there`, {
      hint: `${failed.hint ?? "try again"}\ngit push origin --delete ${branch}`,
      cause: failed.cause,
    });
  }
}

function isAlreadyThere(error: unknown): boolean {
  return statusOf(error) === 422 && error instanceof Error && /reference already exists/i.test(error.message);
}

interface FoundPullRequest {
  readonly number: number;
  readonly html_url: string;
}

/** The branch for a proposal. */
type ProposalBranch =
  /** It has an open pull request. `isUnchanged`: the branch still contains exactly the proposed change. */
  | { readonly branch: string; readonly pullRequest: FoundPullRequest; readonly isUnchanged: boolean }
  /** `exists`: the branch contains the proposed change, but has no pull request yet. */
  | { readonly branch: string; readonly exists: boolean };

/** How often the same content can be proposed, closed and proposed again under a numbered name. */
const MAX_NAMES = 50;

/**
 * Finds the open pull request of the proposal's branch, else the first free name. A number is appended to the name when a
 * closed or merged pull request had it, or a branch of that name contains something else.
 *
 * @throws what octokit throws
 */
async function findBranch(github: GitHub, proposal: Proposal): Promise<ProposalBranch> {
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

async function pullRequestsOf({ octokit, owner, repo }: GitHub, branch: string, base: string) {
  const { data } = await octokit.rest.pulls.list({ owner, repo, head: `${owner}:${branch}`, base, state: "all" });
  // A server without the filter by head returns all pull requests.
  return data.filter(({ head }) => head.ref === branch);
}

/** Returns whether a branch contains exactly the proposed change. */
async function isUnchanged(github: GitHub, branch: string, { head, edits, prefix }: Proposal): Promise<boolean> {
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
