import type { GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";

/**
 * Whether GitHub's repository has `commit`, and `of` is among its ancestors.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function isDescendant(
  { octokit, owner, repo }: GitHub,
  { commit, of }: { readonly commit: string; readonly of: string },
): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead: `${of}...${commit}`,
      per_page: 1,
    });
    return data.status === "ahead" || data.status === "identical";
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw gitHubFailure(error, `compare ${of.slice(0, 7)} with ${commit.slice(0, 7)}`);
  }
}
