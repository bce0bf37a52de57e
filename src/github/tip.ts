import { FlagError } from "../core/errors.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";

/** Where a branch stands on GitHub. */
export interface Tip {
  readonly branch: string;
  /** A full id. */
  readonly commit: string;
  /** The id of the commit's tree, which the tree of a new commit is built on. */
  readonly tree: string;
}

/**
 * The newest commit of a branch.
 *
 * @param branch  the default branch unless given
 * @throws FlagError USAGE where there is no such branch; GITHUB_…
 */
export async function tipOf(github: GitHub, branch?: string): Promise<Tip> {
  const { owner, repo, repository, octokit } = github;
  try {
    const name = branch ?? (await octokit.rest.repos.get({ owner, repo })).data.default_branch;
    const commit = await headOf(github, name);
    if (commit === undefined) {
      throw new FlagError("USAGE", `${repository} has no branch ${JSON.stringify(name)} with a commit on it`, {
        hint: "is it the right repository, and pushed?",
      });
    }
    const { data } = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit });
    return { branch: name, commit, tree: data.tree.sha };
  } catch (error) {
    throw gitHubFailure(error, `read where ${branch ?? "the default branch"} of ${repository} stands`);
  }
}

/** The commit that a branch stands at; undefined where there is no such branch. @throws what octokit throws */
export async function headOf({ octokit, owner, repo }: GitHub, branch: string): Promise<string | undefined> {
  try {
    return (await octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` })).data.object.sha;
  } catch (error) {
    // 409: a repository without any commit.
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
    throw error;
  }
}
