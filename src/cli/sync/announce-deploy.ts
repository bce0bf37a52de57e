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

/** The first sync that applied a commit to the table. */
interface Deploy {
  /** The commit of the table before the sync; null when it had none. */
  readonly from: string | null;
  readonly revision: number;
  readonly at: Date;
  /** True for an earlier run, which may have failed to write to GitHub. */
  readonly isEarlier: boolean;
}

/**
 * Announces a sync in the comments of the pull requests that went live with it. Never throws, because the sync is
 * already done: a failure is a warning on stderr, and running the same sync again announces what is missing.
 *
 * @param options  the options of the sync
 * @returns        the announced pull requests
 */
export async function announceSync(
  io: Io,
  { origin, openStore }: SyncOptions,
  outcome: Synced,
): Promise<readonly DeployedPullRequest[]> {
  const { desired, plan } = outcome;
  const { repository, commit } = desired;
  // A work tree does not come from a pull request.
  if (repository === null || commit === null) return [];
  try {
    const deploy = await deployOf(outcome, commit, io.now(), openStore);
    if (deploy === null) return [];
    const commits = await mainlineBetween(repository, { from: deploy.from, to: commit }, MAX_ANNOUNCED);
    if (commits.length === 0) return [];
    const github = await gitHubFrom(io.env, origin.folder, (text) => printNote(io, text));
    const live = { environment: plan.environment, revision: deploy.revision, commit };
    const { announced, failures } = await announceDeploy(github, commits, {
      marker: COMMENT_MARKER,
      now: deploy.at,
      edit: (body, seconds, steps) =>
        deploy.isEarlier && saysLive(body, live)
          ? body
          : withLive(body, { ...live, seconds, manualChanges: manualChangesOf(outcome, steps, commits, deploy) }),
    });
    for (const failure of failures) warn(io, failure, outcome);
    return announced;
  } catch (error) {
    warn(io, error, outcome);
    return [];
  }
}

type Synced = SyncOutcome & { readonly kind: "synced" };

/** How long a repeated sync of the same commit announces what an earlier run could not. */
const CATCH_UP_MS = 86_400_000;
const MAX_SYNCS = 20;

/** Returns the sync that first applied the commit; null when that was too long ago to announce it. */
async function deployOf(
  { before, head }: Synced,
  commit: string,
  now: Date,
  openStore: SyncOptions["openStore"],
): Promise<Deploy | null> {
  if (before.commit !== commit) return { from: before.commit, revision: head.revision, at: now, isEarlier: false };
  const syncs = await newestSyncs(openStore);
  const index = syncs.findIndex((sync) => sync.commit !== commit);
  const first = index < 0 ? (syncs.length < MAX_SYNCS ? syncs.at(-1) : undefined) : syncs[index - 1];
  if (first === undefined) return null;
  const at = new Date(first.syncedAt);
  if (now.getTime() - at.getTime() > CATCH_UP_MS) return null;
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
 * Returns the manual changes that stay, among the flags that the commits changed. A commit that changes a segment or
 * the configuration counts for every changed flag whose own file no commit touched.
 */
function manualChangesOf(
  { plan, desired }: Synced,
  steps: readonly MainlineChange[],
  all: readonly MainlineChange[],
  { isEarlier }: Deploy,
): readonly ManualChange[] {
  const pathsOf = (commits: readonly MainlineChange[]) =>
    new Set(commits.flatMap((step) => step.changes.map(({ path }) => path)));
  const [own, anyChanged] = [pathsOf(steps), pathsOf(all)];
  const isShared = [...own].some((path) => path.startsWith("flags/_"));
  const changed = new Set(plan.changes.map(({ key }) => key));
  return plan.manualChanges.filter(({ key, outcome }) => {
    const path = desired.flags.get(key)?.path;
    if (outcome !== "stays" || path === undefined) return false;
    // This run does not know which flags an earlier run changed.
    if (own.has(path)) return isEarlier || changed.has(key);
    return isShared && changed.has(key) && !anyChanged.has(path);
  });
}

function warn(io: Io, error: unknown, { plan, again }: Synced): void {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = error instanceof FlagError && error.hint !== undefined ? `\n       ${error.hint}` : "";
  const line = `\n       to announce it, run this within a day: hoist sync --env ${plan.environment}${again.place} --comment`;
  io.err(`${io.errStyle("yellow", "warning")}  synced, but not announced on GitHub: ${reason}${hint}${line}`);
}
