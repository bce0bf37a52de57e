import { FlagError } from "../core/errors.ts";
import type { Desired } from "../source/read/desired.ts";

/**
 * Refuses to sync an older commit over a newer one: the live commit must be an ancestor of the commit that is synced.
 * A revert is a new commit and passes. After the sync of a work tree, and before the first sync, any commit passes.
 *
 * @param live        the commit that the table was synced from; null for none
 * @param acceptLive  the live commit, or at least 7 digits of it, to continue after a rewritten history
 * @param place       options that the printed command repeats; empty, or beginning with a space
 * @throws FlagError COMMIT_NOT_AHEAD
 */
export async function checkAncestry(
  { repository, commit: next, environment: { name } }: Pick<Desired, "repository" | "commit" | "environment">,
  live: string | null,
  acceptLive: string | null,
  place = "",
): Promise<void> {
  if (repository === null || next === null || live === null || live === next) return;
  if (acceptLive !== null && acceptLive.length >= 7 && live.startsWith(acceptLive)) return;
  const ahead = await repository.isAncestor(live, next);
  if (ahead === "yes") return;
  const [from, to] = [live.slice(0, 7), next.slice(0, 7)];
  if (ahead === "no" && (await repository.isAncestor(next, live)) === "yes") {
    throw new FlagError("COMMIT_NOT_AHEAD", `${name} is already at ${from}, which is newer than ${to}`, {
      hint: "sync the tip of the branch; to go back, run git revert and sync the new commit",
    });
  }
  const why = ahead === "unknown" ? "which this repository does not have" : `which is not in the history of ${to}`;
  throw new FlagError("COMMIT_NOT_AHEAD", `${name} is at ${from}, ${why}`, {
    hint:
      `if another branch was synced: merge it, or sync that branch\n` +
      `if the history was rewritten: hoist sync --env ${name}${place} --accept-live ${live.slice(0, 12)}`,
  });
}
