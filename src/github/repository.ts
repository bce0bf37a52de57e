import { FlagError } from "../core/errors.ts";
import type { GitHub } from "./connect.ts";
import { absentFor, attempt } from "./failure.ts";

/** The newest commit of a branch on GitHub. */
export interface BranchHead {
  readonly branch: string;
  /** The full id of the commit. */
  readonly commit: string;
  /** The id of the commit's tree, on which the tree of a new commit is based. */
  readonly tree: string;
}

/**
 * Reads the newest commit of a branch.
 *
 * @param branch  the default branch unless given
 * @throws FlagError USAGE when the branch does not exist; the errors of {@link attempt}
 */
export async function branchHead(github: GitHub, branch?: string): Promise<BranchHead> {
  const { owner, repo, repository, octokit } = github;
  return attempt(`read the newest commit of ${branch ?? "the default branch"} of ${repository}`, async () => {
    const name = branch ?? (await octokit.rest.repos.get({ owner, repo })).data.default_branch;
    const commit = await headCommit(github, name);
    if (commit === undefined) {
      throw new FlagError("USAGE", `${repository} has no branch ${JSON.stringify(name)} with a commit`, {
        hint: "check the name of the repository, and that the branch is pushed",
      });
    }
    const { data } = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit });
    return { branch: name, commit, tree: data.tree.sha };
  });
}

/** Reads the id of a branch's newest commit; undefined when the branch does not exist. @throws what octokit throws */
export async function headCommit({ octokit, owner, repo }: GitHub, branch: string): Promise<string | undefined> {
  // 409: a repository without any commit.
  const answer = await octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` }).catch(absentFor(404, 409));
  return answer?.data.object.sha;
}

/**
 * Returns whether GitHub has `commit`, and `of` is among its ancestors.
 *
 * @throws the errors of {@link attempt}
 */
export async function isDescendant(
  { octokit, owner, repo }: GitHub,
  { commit, of }: { readonly commit: string; readonly of: string },
): Promise<boolean> {
  const basehead = `${of}...${commit}`;
  const answer = await attempt(`compare ${of.slice(0, 7)} with ${commit.slice(0, 7)}`, () =>
    octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 1 }),
  ).catch(absentFor(404));
  return answer?.data.status === "ahead" || answer?.data.status === "identical";
}

/** An error that GitHub found in CODEOWNERS, e.g. a team without write access. Such a line requests no review. */
export interface CodeOwnersError {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Reads the errors that GitHub found in CODEOWNERS.
 *
 * @param ref  a branch, tag or commit that GitHub has
 * @throws the errors of {@link attempt}
 */
export async function codeOwnersErrors(github: GitHub, ref: string): Promise<readonly CodeOwnersError[]> {
  const { octokit, owner, repo, repository } = github;
  const { data } = await attempt(`read the CODEOWNERS errors of ${repository} at ${ref.slice(0, 12)}`, () =>
    octokit.rest.repos.codeownersErrors({ owner, repo, ref }),
  );
  return data.errors.map(({ path, line, column, kind, suggestion }) => {
    const message = suggestion === null || suggestion === undefined ? kind : `${kind}: ${suggestion}`;
    return { path, line, column, message };
  });
}
