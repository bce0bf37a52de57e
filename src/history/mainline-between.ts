import type { MainlineChange } from "./mainline.ts";
import type { Repository } from "./repository.ts";

/**
 * Returns the mainline commits that changed something below `flags/` and that `from` does not contain, newest first.
 *
 * @param from  a commit whose own history is left out; null to return all commits
 * @param max   limits the result to the newest commits
 * @throws the errors of Repository.isAncestor
 */
export async function mainlineBetween(
  repository: Repository,
  { from, to }: { readonly from: string | null; readonly to: string },
  max: number,
): Promise<readonly MainlineChange[]> {
  const found: MainlineChange[] = [];
  for await (const commit of repository.mainline(to, "flags")) {
    if (from !== null && (await repository.isAncestor(commit.sha, from)) === "yes") break;
    found.push(commit);
    if (found.length === max) break;
  }
  return found;
}
