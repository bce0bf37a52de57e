import { FlagError } from "../core/errors.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";

/** The newest commit of a branch on GitHub. */
export interface BranchHead {
  readonly branch: string;
  /** A full id. */
  readonly commit: string;
  /** The id of the commit's tree, on which the tree of a new commit is based. */
  readonly tree: string;
}

/**
 * Reads the newest commit of a branch.
 *
 * @param branch  the default branch unless given
 * @throws FlagError USAGE when the branch does not exist; as gitHubFailure says
 */
export async function branchHead(github: GitHub, branch?: string): Promise<BranchHead> {
  const { owner, repo, repository, octokit } = github;
  try {
    const name = branch ?? (await octokit.rest.repos.get({ owner, repo })).data.default_branch;
    const commit = await headCommit(github, name);
    if (commit === undefined) {
      throw new FlagError("USAGE", `${repository} has no branch ${JSON.stringify(name)} with a commit`, {
        hint: "check the name of the repository, and that the branch is pushed",
      });
    }
    const { data } = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit });
    return { branch: name, commit, tree: data.tree.sha };
  } catch (error) {
    throw gitHubFailure(error, `read the newest commit of ${branch ?? "the default branch"} of ${repository}`);
  }
}

/** Reads the id of a branch's newest commit; undefined when the branch does not exist. @throws what octokit throws */
export async function headCommit({ octokit, owner, repo }: GitHub, branch: string): Promise<string | undefined> {
  try {
    return (await octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` })).data.object.sha;
  } catch (error) {
    // 409: a repository without any commit.
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined;
    throw error;
  }
}

/**
 * Returns whether GitHub has `commit`, and `of` is among its ancestors.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function isDescendant(
  { octokit, owner, repo }: GitHub,
  { commit, of }: { readonly commit: string; readonly of: string },
): Promise<boolean> {
  const basehead = `${of}...${commit}`;
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 1 });
    return data.status === "ahead" || data.status === "identical";
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw gitHubFailure(error, `compare ${of.slice(0, 7)} with ${commit.slice(0, 7)}`);
  }
}

/** An error that GitHub found in CODEOWNERS, e.g. a team without write access. Such a line requests no review. */
export interface CodeOwnersError {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** @param ref  a branch, tag or commit that GitHub has. @throws FlagError as gitHubFailure says */
export async function codeOwnersErrors(github: GitHub, ref: string): Promise<readonly CodeOwnersError[]> {
  const { octokit, owner, repo, repository } = github;
  try {
    const { data } = await octokit.rest.repos.codeownersErrors({ owner, repo, ref });
    return data.errors.map(({ path, line, column, kind, suggestion }) => {
      const message = suggestion === null || suggestion === undefined ? kind : `${kind}: ${suggestion}`;
      return { path, line, column, message };
    });
  } catch (error) {
    throw gitHubFailure(error, `read the CODEOWNERS errors of ${repository} at ${ref.slice(0, 12)}`);
  }
}
