import type { ManualChange } from "../../core/plan/manual-change.ts";
import { FlagError } from "../../core/errors.ts";
import { COMMENT_MARKER, saysLive, withLive } from "../../github/report/live-line.ts";
import { gitHubFrom } from "../../github/connect.ts";
import { announceDeploy, type DeployedPullRequest, MAX_ANNOUNCED } from "../../github/deployed.ts";
import type { MainlineChange } from "../../history/mainline.ts";
import { mainlineBetween } from "../../history/mainline-between.ts";
import type { SyncEntry } from "../../store/store.ts";
import type { SyncOptions, SyncOutcome } from "../../sync/sync.ts";
import { printNote, type Io } from "../terminal/io.ts";

/** A sync that brought a commit to the table. */
interface Brought {
  /** The commit of the table before; null if it had none. */
  readonly from: string | null;
  readonly revision: number;
  readonly at: Date;
  /** True when an earlier run did so, which may have failed to write to GitHub. */
  readonly isEarlier: boolean;
}

/**
 * Writes into the comments of the pull requests that a sync brought live that they are live. Never fails, because the sync is
 * done: an error of GitHub is a warning on stderr, and the same sync, run again, writes what is missing.
 *
 * @param options  those of the sync
 * @returns        the pull requests that say so
 */
export async function tellLive(
  io: Io,
  { origin, openStore }: SyncOptions,
  outcome: Synced,
): Promise<readonly DeployedPullRequest[]> {
  const { desired, plan } = outcome;
  const { repository, commit } = desired;
  // Work trees come from no pull request.
  if (repository === null || commit === null) return [];
  try {
    const brought = await broughtBy(outcome, commit, io.now(), openStore);
    if (brought === null) return [];
    const landed = await mainlineBetween(repository, { from: brought.from, to: commit }, MAX_ANNOUNCED);
    if (landed.length === 0) return [];
    const github = await gitHubFrom(io.env, origin.folder, (text) => printNote(io, text));
    const live = { environment: plan.environment, revision: brought.revision, commit };
    const { announced, failures } = await announceDeploy(github, landed, {
      marker: COMMENT_MARKER,
      now: brought.at,
      edit: (body, seconds, steps) =>
        brought.isEarlier && saysLive(body, live)
          ? body
          : withLive(body, { ...live, seconds, manualChanges: manualChangesOf(outcome, steps, landed, brought) }),
    });
    for (const failure of failures) warn(io, failure, outcome);
    return announced;
  } catch (error) {
    warn(io, error, outcome);
    return [];
  }
}

type Synced = SyncOutcome & { readonly kind: "synced" };

/** How long a sync of the same commit writes what an earlier one could not. */
const MADE_UP_MS = 86_400_000;
const MAX_SYNCS = 20;

/** Returns null when the commit has been live for too long to say so. */
async function broughtBy(
  { before, head }: Synced,
  commit: string,
  now: Date,
  openStore: SyncOptions["openStore"],
): Promise<Brought | null> {
  if (before.commit !== commit) return { from: before.commit, revision: head.revision, at: now, isEarlier: false };
  const syncs = await newestSyncs(openStore);
  const index = syncs.findIndex((sync) => sync.commit !== commit);
  const first = index < 0 ? (syncs.length < MAX_SYNCS ? syncs.at(-1) : undefined) : syncs[index - 1];
  if (first === undefined) return null;
  const at = new Date(first.syncedAt);
  if (now.getTime() - at.getTime() > MADE_UP_MS) return null;
  return { from: syncs[index]?.commit ?? null, revision: first.revision, at, isEarlier: true };
}

async function newestSyncs(openStore: SyncOptions["openStore"]): Promise<readonly SyncEntry[]> {
  const store = await openStore();
  try {
    return await store.syncs(MAX_SYNCS);
  } finally {
    await store.close();
  }
}

/**
 * What stays as it was written by hand among the flags that the steps changed: those whose files they touched; by a segment or
 * the configuration also those whose file nobody touched.
 */
function manualChangesOf(
  { plan, desired }: Synced,
  steps: readonly MainlineChange[],
  all: readonly MainlineChange[],
  { isEarlier }: Brought,
): readonly ManualChange[] {
  const pathsOf = (landed: readonly MainlineChange[]) =>
    new Set(landed.flatMap((step) => step.changes.map(({ path }) => path)));
  const [own, anybodys] = [pathsOf(steps), pathsOf(all)];
  const isShared = [...own].some((path) => path.startsWith("flags/_"));
  const changed = new Set(plan.changes.map(({ key }) => key));
  return plan.manualChanges.filter(({ key, outcome }) => {
    const path = desired.flags.get(key)?.path;
    if (outcome !== "stays" || path === undefined) return false;
    // What an earlier run changed, this one does not know.
    if (own.has(path)) return isEarlier || changed.has(key);
    return isShared && changed.has(key) && !anybodys.has(path);
  });
}

function warn(io: Io, error: unknown, { plan, again }: Synced): void {
  const said = error instanceof Error ? error.message : String(error);
  const hint = error instanceof FlagError && error.hint !== undefined ? `\n       ${error.hint}` : "";
  const line = `\n       within a day, the same sync says it: hoist sync --env ${plan.environment}${again.place} --comment`;
  io.err(`${io.errStyle("yellow", "warning")}  synced, but not said on GitHub: ${said}${hint}${line}`);
}
