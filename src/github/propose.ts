import { FlagError } from "../core/errors.ts";
import type { FileEdit } from "../source/edit/edit-result.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";
import { type FoundPullRequest, freeBranch, openPullRequest } from "./proposal-branch.ts";
import { headOf, type Tip } from "./tip.ts";

/** A change of files, as a pull request is to say it. */
export interface Proposal {
  /** What the edits were made from; the pull request goes into its branch. */
  readonly tip: Tip;
  /** The name of its branch; one that stands for something else already gets a number. */
  readonly branch: string;
  readonly title: string;
  readonly body: string;
  /** The message of the commit. */
  readonly message: string;
  /** The folder that holds `flags/`, from the top of the repository: "" or `apps/shop/`. */
  readonly prefix: string;
  readonly edits: readonly FileEdit[];
  readonly labels: readonly string[];
  readonly reviewers: readonly Reviewer[];
}

/** Somebody to ask for a review: a person, or a team of the repository's organisation. */
export interface Reviewer {
  readonly kind: "user" | "team";
  readonly name: string;
}

export interface Proposed {
  readonly number: number;
  readonly url: string;
  /** `found`: the same had been asked for before, and is still open. */
  readonly action: "opened" | "found";
  readonly branch: string;
  /** What could not be done beside it, one line each. */
  readonly warnings: readonly string[];
}

/** Meetings with somebody who does the same at the same time. */
const MOST_MEETINGS = 5;

/**
 * Opens a pull request by the API alone: tree, commit, branch, pull request, then labels and reviewers. Asked twice,
 * the second call finds the first one's. Whole or not at all: what fails behind the branch takes the branch away again; only
 * labels and reviewers that are refused are left at a warning.
 *
 * @throws FlagError GITHUB_…; where the branch could not be taken away, the message names it
 */
export async function propose(github: GitHub, proposal: Proposal): Promise<Proposed> {
  try {
    let made: string | undefined;
    for (let meeting = 0; meeting < MOST_MEETINGS; meeting += 1) {
      const place = await freeBranch(github, proposal);
      if ("pullRequest" in place) return found(place.pullRequest, place.branch, place.isOurs);
      const { branch } = place;
      // Who asks for the same may be faster, or give up on its branch: what is there then is seen in the next round.
      if (place.isMade) {
        const proposed = await openFrom(github, proposal, branch, undefined);
        if (proposed !== undefined) return proposed;
        continue;
      }
      const commit: string = made ?? (await commitOf(github, proposal));
      made = commit;
      if (!(await makeBranch(github, branch, commit))) continue;
      const proposed = await openFrom(github, proposal, branch, commit);
      if (proposed !== undefined) return proposed;
    }
  } catch (error) {
    throw gitHubFailure(error, `open a pull request in ${github.repository}`);
  }
  throw new FlagError("GITHUB_CONFLICT", `others are opening the same pull request in ${github.repository}`, {
    hint: "look at the open ones, then try again",
  });
}

function found({ number, html_url }: FoundPullRequest, branch: string, isOurs: boolean): Proposed {
  const warnings = isOurs ? [] : [`#${number} was changed since it was opened: look at it before it is merged`];
  return { number, url: html_url, action: "found", branch, warnings };
}

async function commitOf(github: GitHub, { edits, prefix, tip, message }: Proposal): Promise<string> {
  const { octokit, owner, repo } = github;
  const file = { mode: "100644", type: "blob" } as const;
  // The texts go along with the tree: octokit keeps writes a second apart, and a blob of its own would be one more each.
  const changes = edits.flatMap(({ from, to, after }) => [
    { ...file, path: `${prefix}${to}`, content: after },
    ...(from === null || from === to ? [] : [{ ...file, path: `${prefix}${from}`, sha: null }]),
  ]);
  const tree = await octokit.rest.git.createTree({ owner, repo, base_tree: tip.tree, tree: changes });
  const parents = [tip.commit];
  const { data } = await octokit.rest.git.createCommit({ owner, repo, message, tree: tree.data.sha, parents });
  return data.sha;
}

/** False where there is one of that name already. */
async function makeBranch(github: GitHub, branch: string, commit: string): Promise<boolean> {
  const { octokit, owner, repo } = github;
  try {
    await octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: commit });
    return true;
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    // An error of GitHub's own, or no answer at all, does not say that nothing was made.
    if ((statusOf(error) ?? 500) >= 500) await removeBranch(github, branch, commit, error);
    throw error;
  }
}

/**
 * @param own  the commit that this call has made the branch at; undefined for somebody else's, which is not ours to take away
 * @returns undefined where somebody else's branch has gone meanwhile
 */
async function openFrom(
  github: GitHub,
  proposal: Proposal,
  branch: string,
  own: string | undefined,
): Promise<Proposed | undefined> {
  const { octokit, owner, repo } = github;
  const { title, body, tip, labels, reviewers } = proposal;
  try {
    const { data } = await octokit.rest.pulls.create({ owner, repo, head: branch, base: tip.branch, title, body });
    const dressed = await dress(github, data.number, labels, reviewers, data.user.login);
    return { number: data.number, url: data.html_url, action: "opened", branch, warnings: dressed };
  } catch (error) {
    // The racer's, or our own of which only the answer was lost.
    const open = await openPullRequest(github, branch, tip.branch).catch(() => undefined);
    if (open !== undefined) return found(open, branch, true);
    if (own !== undefined) await removeBranch(github, branch, own, error);
    else if (statusOf(error) === 422 && (await headOf(github, branch)) === undefined) return undefined;
    throw error;
  }
}

/** Labels and reviewers; what is refused is said, and changes nothing of the pull request. */
async function dress(
  { octokit, owner, repo }: GitHub,
  number: number,
  labels: readonly string[],
  reviewers: readonly Reviewer[],
  author: string,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  const attempt = async (doing: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      warnings.push(gitHubFailure(error, doing).message);
    }
  };
  if (labels.length > 0) {
    await attempt(`label #${number} ${labels.join(", ")}`, () =>
      octokit.rest.issues.addLabels({ owner, repo, issue_number: number, labels: [...labels] }),
    );
  }
  // One by one: a team without access must not cost the others their request. Nobody reviews a change of their own.
  for (const { kind, name } of reviewers) {
    if (kind === "user" && name.toLowerCase() === author.toLowerCase()) continue;
    const who = kind === "team" ? { team_reviewers: [name] } : { reviewers: [name] };
    await attempt(`ask ${kind === "team" ? `${owner}/${name}` : name} to review #${number}`, () =>
      octokit.rest.pulls.requestReviewers({ owner, repo, pull_number: number, ...who }),
    );
  }
  return warnings;
}

/** Takes a branch away again, where it is there and nobody has gone on from the commit that it was made at. */
async function removeBranch(github: GitHub, branch: string, commit: string, reason: unknown): Promise<void> {
  const { octokit, owner, repo, repository } = github;
  try {
    const head = await headOf(github, branch);
    if (head !== commit) return;
    await octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${branch}` });
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 422) return;
    const failed = gitHubFailure(reason, `open a pull request in ${repository}`);
    throw new FlagError(failed.code, `${failed.message}; the branch ${branch} may be left there`, {
      hint: `${failed.hint ?? "try again"}\ngit push origin --delete ${branch}`,
      cause: failed.cause,
    });
  }
}

function isAlreadyThere(error: unknown): boolean {
  return statusOf(error) === 422 && error instanceof Error && /reference already exists/i.test(error.message);
}
