import { FlagError } from "../core/errors.ts";
import { COMMENT_MARKER, withLive } from "../core/report/markdown-live.ts";
import { gitHubFrom } from "../github/connect.ts";
import { landedBetween } from "../github/landed.ts";
import { announceLive, MOST_TOLD, type Told } from "../github/live.ts";
import type { SyncOutcome } from "../sync/sync.ts";
import type { Io } from "./io.ts";

/**
 * Writes into the comments of the pull requests that a sync brought live that they are. Never fails: what was synced is synced,
 * and whatever keeps GitHub from hearing of it is a warning on stderr.
 *
 * @returns the pull requests that were told
 */
export async function tellLive(
  io: Io,
  folder: string,
  { before, head, desired, plan }: SyncOutcome & { readonly kind: "synced" },
): Promise<readonly Told[]> {
  const { repository, commit } = desired;
  // The same commit again brings nothing live, and work trees come from no pull request.
  if (repository === null || commit === null || before.commit === commit) return [];
  const now = io.now();
  try {
    const landed = await landedBetween(repository, { from: before.commit, to: commit }, MOST_TOLD);
    if (landed.length === 0) return [];
    const github = await gitHubFrom(io.env, folder, (text) => io.err(`${io.errStyle("yellow", "note")}  ${text}`));
    const live = { environment: plan.environment, revision: head.revision, commit };
    const { told, failures } = await announceLive(github, landed, {
      marker: COMMENT_MARKER,
      now,
      edit: (body, seconds) => withLive(body, [{ ...live, seconds }]),
    });
    for (const failure of failures) warn(io, failure);
    return told;
  } catch (error) {
    warn(io, error);
    return [];
  }
}

function warn(io: Io, error: unknown): void {
  const said = error instanceof Error ? error.message : String(error);
  const hint = error instanceof FlagError && error.hint !== undefined ? `\n       ${error.hint}` : "";
  io.err(`${io.errStyle("yellow", "warning")}  synced, but not said on GitHub: ${said}${hint}`);
}
