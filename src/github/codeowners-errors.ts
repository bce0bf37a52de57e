import type { GitHub } from "./connect.ts";
import { gitHubFailure } from "./failure.ts";

/** What GitHub finds wrong with a line of CODEOWNERS: a team that is not there, or may not write, is asked for no review. */
export interface CodeOwnersError {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** @param ref a branch, tag or commit that GitHub has. @throws FlagError GITHUB_… */
export async function codeOwnersErrors(github: GitHub, ref: string): Promise<readonly CodeOwnersError[]> {
  const { octokit, owner, repo, repository } = github;
  try {
    const { data } = await octokit.rest.repos.codeownersErrors({ owner, repo, ref });
    return data.errors.map(({ path, line, column, kind, suggestion }) => {
      const message = suggestion === null || suggestion === undefined ? kind : `${kind}: ${suggestion}`;
      return { path, line, column, message };
    });
  } catch (error) {
    throw gitHubFailure(error, `ask what is wrong with CODEOWNERS of ${repository} at ${ref.slice(0, 12)}`);
  }
}
