import { FlagError } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import { COMMENT_MARKER, withLive } from "../core/report/markdown-live.ts";
import { gitHubFrom } from "../github/connect.ts";
import { landedBetween } from "../github/landed.ts";
import { announceLive, MOST_TOLD, type Told } from "../github/live.ts";
import type { LandedChange } from "../history/landings.ts";
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
      edit: (body, seconds, steps) => withLive(body, [{ ...live, seconds, held: heldOf(plan, steps, landed) }]),
    });
    for (const failure of failures) warn(io, failure);
    return told;
  } catch (error) {
    warn(io, error);
    return [];
  }
}

/**
 * What stays as it was written by hand among the flags that the steps changed: those whose files they touched; by a segment or
 * the configuration also those whose file nobody touched.
 */
function heldOf({ changes, handEdits }: Plan, steps: readonly LandedChange[], all: readonly LandedChange[]) {
  const pathsOf = (landed: readonly LandedChange[]) =>
    new Set(landed.flatMap((step) => step.changes.map(({ path }) => path)));
  const [own, anybodys] = [pathsOf(steps), pathsOf(all)];
  const isShared = [...own].some((path) => path.startsWith("flags/_"));
  const keys = new Set(
    changes
      .filter(({ path }) => path !== null && (own.has(path) || (isShared && !anybodys.has(path))))
      .map(({ key }) => key),
  );
  return handEdits.filter(({ key, outcome }) => outcome === "stays" && keys.has(key));
}

function warn(io: Io, error: unknown): void {
  const said = error instanceof Error ? error.message : String(error);
  const hint = error instanceof FlagError && error.hint !== undefined ? `\n       ${error.hint}` : "";
  io.err(`${io.errStyle("yellow", "warning")}  synced, but not said on GitHub: ${said}${hint}`);
}
