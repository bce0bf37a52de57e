import type { EditedBy } from "../../core/plan/manual-change.ts";
import { differenceText } from "../../core/describe/describe-difference.ts";
import { manualChangeText, manualOutcomeText } from "../../core/describe/describe-manual-change.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { GitHub } from "../../github/connect.ts";
import { isDescendant } from "../../github/repository.ts";
import type { MainlineChange } from "../../history/mainline.ts";
import { mainlineBetween } from "../../history/mainline-between.ts";
import { rowEditor } from "../../sync/manual-changes.ts";
import { planSync, type PlanOutcome, type SyncOptions } from "../../sync/sync.ts";

/** The differences between a table and the branch. They do not depend on the current time. */
export interface Drift {
  readonly environment: string;
  readonly database: string;
  /** The commit at the head of the branch. */
  readonly desired: string;
  readonly manualChanges: readonly ManualChange[];
  /** Null when every merged change is live, or was merged only recently. */
  readonly pending: Pending | null;
  /** Set when the table was synced from a commit outside of the branch: the reason, and what to do. */
  readonly diverged: { readonly message: string; readonly hint: string } | null;
}

/** A manual change to the table. */
export interface ManualChange {
  readonly key: string;
  /** The change, e.g. `disabled manually`. */
  readonly what: string;
  /** The outcome of the next sync, e.g. `stays disabled until released`. */
  readonly fate: string;
  readonly by: EditedBy | null;
}

/** The merged changes that are not live. */
export interface Pending {
  /** The time when the oldest commit was merged, ISO 8601. */
  readonly since: string;
  readonly changes: readonly { readonly key: string; readonly text: string }[];
  /** The merged commits that are not live, newest first. */
  readonly commits: readonly Pick<MainlineChange, "sha" | "subject" | "pullRequest" | "date">[];
}

/** The result of a comparison. */
export type DriftOutcome =
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[]; readonly flagCount: number }
  /** The table is newer than this clone, so nothing can be compared. */
  | { readonly kind: "newer"; readonly message: string }
  | { readonly kind: "agrees"; readonly drift: Drift }
  | { readonly kind: "differs"; readonly drift: Drift };

/** What to compare, and which differences to ignore. */
export interface DriftOptions {
  readonly sync: SyncOptions;
  readonly now: Date;
  /** Changes that were merged more recently are not reported. */
  readonly afterMs: number;
  /** The time between two comparisons. A difference in only one of them is attributed to a running sync. */
  readonly settleMs: number;
  /** Connects to GitHub, which knows commits that this clone has not fetched. */
  readonly github: () => Promise<GitHub>;
}

const MAX_COMMITS = 20;

/** Compares a table with the branch, twice, and writes nothing. @throws the errors of {@link planSync} */
export async function findDrift(options: DriftOptions): Promise<DriftOutcome> {
  const first = await compare(options);
  if (first.kind !== "differs") return first;
  await new Promise((resolve) => setTimeout(resolve, options.settleMs));
  return compare(options);
}

async function compare(options: DriftOptions): Promise<DriftOutcome> {
  let outcome: PlanOutcome;
  try {
    outcome = await planSync(options.sync);
  } catch (error) {
    if (error instanceof FlagError && error.code === "COMMIT_NOT_AHEAD") return notAhead(options, error);
    throw error;
  }
  if (outcome.kind === "invalid") return outcome;
  const { plan, desired, database, manual } = outcome;
  const rowChange = (what: string, fate: string) => (key: string) => {
    return { key, what, fate, by: rowEditor(key, manual) ?? null };
  };
  const drift: Drift = {
    environment: plan.environment,
    database,
    desired: desired.commit ?? "",
    manualChanges: [
      // A kill of a flag that git has disabled, too, makes no difference now.
      ...plan.manualChanges
        .filter(({ agreesWithGit }) => agreesWithGit !== true)
        .map((change) => {
          const { key, by = null } = change;
          return { key, what: manualChangeText(change), fate: manualOutcomeText(change), by };
        }),
      ...plan.unmanaged.map(rowChange("inserted manually", "served, although it has no file")),
      ...plan.putBack.map(rowChange("deleted manually", "the next sync restores it")),
    ],
    pending: await pendingOf(outcome, options),
    diverged: null,
  };
  return { kind: drift.manualChanges.length > 0 || drift.pending !== null ? "differs" : "agrees", drift };
}

async function pendingOf(
  { plan, desired }: PlanOutcome & { readonly kind: "planned" },
  { now, afterMs }: DriftOptions,
): Promise<Pending | null> {
  const { repository, commit } = desired;
  const changes = plan.changes
    .filter(({ key, differences }) => differences.length > 0 && !plan.putBack.includes(key))
    .map(({ key, differences }) => ({ key, text: differences.map(differenceText).join("; ") }));
  if (changes.length === 0 || repository === null || commit === null || plan.from.commit === commit) return null;
  const commits = await mainlineBetween(repository, { from: plan.from.commit, to: commit }, MAX_COMMITS);
  const oldest = commits.at(-1);
  if (oldest === undefined || now.getTime() - Date.parse(oldest.date) < afterMs) return null;
  const shown = commits.map(({ sha, subject, pullRequest, date }) => ({ sha, subject, pullRequest, date }));
  return { since: oldest.date, changes, commits: shown };
}

/** Handles a live commit that is not an ancestor of the branch: it is ahead, after a very recent sync, or has diverged. */
async function notAhead({ sync, github }: DriftOptions, error: FlagError): Promise<DriftOutcome> {
  const { environment, origin } = sync;
  const live = await liveCommit(sync);
  const { openRepository } = await import("../../history/repository.ts");
  const repository = await openRepository(origin.folder);
  const desired = await repository.resolve(origin.ref ?? "HEAD");
  if (live !== null) {
    const here = await repository.isAncestor(desired, live).catch(() => "unknown" as const);
    const isNewer =
      here === "unknown" ? await isDescendant(await github(), { of: desired, commit: live }) : here === "yes";
    if (isNewer)
      return { kind: "newer", message: `${environment} is at ${live.slice(0, 7)}, which is newer than this clone` };
  }
  const diverged = { message: error.message, hint: error.hint ?? "" };
  const drift = { environment, database: sync.database, desired, manualChanges: [], pending: null, diverged };
  return { kind: "differs", drift };
}

async function liveCommit({ openStore }: SyncOptions): Promise<string | null> {
  const store = await openStore();
  try {
    return (await store.read()).head.commit;
  } finally {
    await store.close();
  }
}
