import { FlagError } from "../core/errors.ts";
import type { Repository } from "../history/repository.ts";

/**
 * Never an older commit over a newer one: the live commit has to be an ancestor of the one being synced. A revert is a
 * new commit and passes.
 *
 * @param live        the commit in the table; null after a work-tree sync and before the first: anything may follow
 * @param acceptLive  the live commit, or at least 7 digits of it, from somebody who knows that the history was rewritten
 * @param again       what the printed command has to say again; empty, or beginning with a space
 * @throws FlagError COMMIT_NOT_AHEAD
 */
export async function checkFence(
  repository: Repository,
  { live, next, environment }: { readonly live: string | null; readonly next: string; readonly environment: string },
  acceptLive: string | null,
  again = "",
): Promise<void> {
  if (live === null || live === next) return;
  if (acceptLive !== null && acceptLive.length >= 7 && live.startsWith(acceptLive)) return;
  const ahead = await repository.isAncestor(live, next);
  if (ahead === "yes") return;
  const [from, to] = [short(live), short(next)];
  if (ahead === "no" && (await repository.isAncestor(next, live)) === "yes") {
    throw new FlagError("COMMIT_NOT_AHEAD", `${environment} is at ${from} already, which is newer than ${to}`, {
      hint: "sync the tip of the branch; to go back, git revert the change and sync the revert",
    });
  }
  const why = ahead === "unknown" ? "which this repository does not have" : `which is not part of the history of ${to}`;
  throw new FlagError("COMMIT_NOT_AHEAD", `${environment} is at ${from}, ${why}`, {
    hint:
      `if another branch was synced: merge it, or sync that branch\n` +
      `if the history was rewritten: hoist sync --env ${environment}${again} --accept-live ${short(live, 12)}`,
  });
}

function short(commit: string, digits = 7): string {
  return commit.slice(0, digits);
}
