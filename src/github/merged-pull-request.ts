import type { LandedChange } from "../history/mainline.ts";
import type { Repository } from "../history/repository.ts";

/**
 * The steps of the main line that changed something below `flags/` and that `from` does not contain yet, newest first.
 *
 * @param from null where nothing was there before: then all of them count
 * @param most the newest so many
 * @throws FlagError as Repository.isAncestor
 */
export async function landedBetween(
  repository: Repository,
  { from, to }: { readonly from: string | null; readonly to: string },
  most: number,
): Promise<readonly LandedChange[]> {
  const found: LandedChange[] = [];
  for await (const landing of repository.landings(to, "flags")) {
    if (from !== null && (await repository.isAncestor(landing.sha, from)) === "yes") break;
    found.push(landing);
    if (found.length === most) break;
  }
  return found;
}
