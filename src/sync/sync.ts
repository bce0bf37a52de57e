import { randomUUID } from "node:crypto";
import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { FlagError } from "../core/errors.ts";
import type { PlanWithNeeds } from "../impact/needs.ts";
import type { FlagStore, Head, RowWrite, SyncBatch } from "../store/store.ts";
import { attributionsOf, type Attribution } from "./attribution.ts";
import { desiredOf, type Desired } from "../source/read/desired.ts";
import { type Origin, type Progress, readFiles } from "../source/read/read-files.ts";
import { emptyTable, planAgainst, readTable, type Planned, type PlanOptions, type TableState } from "./planning.ts";
import { settle } from "./resolve-unknown-commit.ts";
import { checkEvaluates, checkWritten } from "./verify.ts";

export interface SyncOptions extends PlanOptions {
  readonly origin: Origin;
  readonly environment: string;
  /** Who runs the sync, e.g. `deploy@ci`: for the table of syncs, and for changes that no commit explains. */
  readonly startedBy: string;
  readonly openStore: () => Promise<FlagStore>;
  /** What people call that database, also before there is one. */
  readonly database: string;
  readonly progress: Progress;
  /** `YYYY-MM-DD`, for warnings about expired flags; nothing else depends on it. */
  readonly today: string;
}

export type PlanOutcome =
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[]; readonly flagCount: number }
  | (Planned & { readonly kind: "planned"; readonly desired: Desired });

export type SyncOutcome =
  | Exclude<PlanOutcome, { kind: "planned" }>
  /** Nothing was written: problems that nobody can lift, something to acknowledge, or drift under `fail`. */
  | (Planned & {
      readonly kind: "refused";
      readonly because: "problems" | "needs" | "drift";
      readonly desired: Desired;
    })
  /** The table says what the files say; `head` is where it stands now. Nothing was written where nothing had to be. */
  | (Planned & { readonly kind: "synced"; readonly desired: Desired; readonly before: Head });

/** How often a sync plans again when others write at the same time. */
const MOST_ATTEMPTS = 4;

/** What a sync would do now. Pure reading; see {@link planAgainst} for what it throws. */
export async function planSync(options: SyncOptions): Promise<PlanOutcome> {
  const ready = await desiredFor(options);
  if (ready.kind === "invalid") return ready;
  const table = await tableOf(options);
  return { kind: "planned", desired: ready.desired, ...(await planAgainst(table, ready.desired, options)) };
}

/** A plan may come before the first sync; only a sync makes the database. */
async function tableOf({ openStore, environment, database, progress }: SyncOptions): Promise<TableState> {
  progress("reading the table");
  try {
    const store = await openStore();
    try {
      return await readTable(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_MISSING")
      return emptyTable(environment, `${database}, which is yet to be made`);
    throw error;
  }
}

/**
 * Makes the table say what the files say, in one transaction. Everything slow is done before its lock is taken; if the
 * table moved meanwhile, it is planned again.
 *
 * @throws FlagError what {@link planAgainst} throws; PLAN_STALE when the table moved at each attempt; the store's own
 */
export async function sync(options: SyncOptions): Promise<SyncOutcome> {
  const ready = await desiredFor(options);
  if (ready.kind === "invalid") return ready;
  const { desired } = ready;
  const store = await options.openStore();
  try {
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptSync(store, desired, options, attempt === MOST_ATTEMPTS);
      if (outcome !== "again") return outcome;
    }
  } finally {
    await store.close();
  }
}

async function desiredFor(
  options: SyncOptions,
): Promise<Exclude<PlanOutcome, { kind: "planned" }> | { readonly kind: "ready"; readonly desired: Desired }> {
  const files = await readFiles(options.origin, options.progress, options.today);
  const result = desiredOf(files, options.environment, options.progress);
  if (result.ok) return { kind: "ready", desired: result.desired };
  return { kind: "invalid", diagnostics: result.diagnostics, flagCount: files.loaded.fileCount };
}

async function attemptSync(
  store: FlagStore,
  desired: Desired,
  options: SyncOptions,
  isLast: boolean,
): Promise<SyncOutcome | "again"> {
  options.progress("planning");
  const planned = await planAgainst(await readTable(store), desired, options);
  const because = refusal(planned.plan, options);
  if (because !== undefined) return { kind: "refused", because, desired, ...planned };
  const { plan, head: before } = planned;
  if (plan.changes.length === 0 && before.commit === desired.commit) {
    return { kind: "synced", desired, before, ...planned };
  }
  options.progress("evaluating every flag", desired.flags.size);
  checkEvaluates(plan, planned.live);
  const batch = await batchFor(planned, desired, options);
  options.progress("writing", batch.writes.length);
  const head = await applied(store, batch, isLast);
  return head === "again" ? "again" : { kind: "synced", desired, before, ...planned, head };
}

function refusal(plan: PlanWithNeeds, { onDrift }: PlanOptions): "problems" | "needs" | "drift" | undefined {
  if (plan.problems.length > 0) return "problems";
  if (onDrift === "fail" && isDrifted(plan)) return "drift";
  return plan.needs.some(({ acknowledged }) => !acknowledged) ? "needs" : undefined;
}

/** Somebody wrote to the table by hand: changed rows, added some, or took some away. */
function isDrifted({ handEdits, unmanaged, putBack }: PlanWithNeeds): boolean {
  return handEdits.some(({ outcome }) => outcome !== "undone") || unmanaged.length > 0 || putBack.length > 0;
}

async function batchFor({ plan, head }: Planned, desired: Desired, options: SyncOptions): Promise<SyncBatch> {
  const fallback: Attribution = {
    changedBy: options.startedBy,
    notes: desired.commit === null ? "work tree" : null,
  };
  const attributions = await attributionsOf(plan.changes, desired, head.commit, fallback);
  const writes = plan.changes.map((change): RowWrite => {
    const { changedBy, notes } = attributions.get(change.key) ?? fallback;
    return {
      key: change.key,
      columns: change.columns,
      synced: change.synced,
      archived: change.action === "archive",
      path: change.path ?? "",
      commit: desired.commit,
      changedBy,
      notes,
    };
  });
  return {
    syncId: randomUUID(),
    from: head,
    commit: desired.commit,
    writes,
    startedBy: options.startedBy,
    summary: summaryOf(plan),
    verify: (written) => checkWritten(writes, written),
  };
}

/** Counts by kind of change. */
export function summaryOf({
  changes,
  unchanged,
}: PlanWithNeeds): Record<PlanWithNeeds["changes"][number]["action"] | "unchanged", number> {
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  return {
    create: count("create"),
    update: count("update"),
    archive: count("archive"),
    restore: count("restore"),
    unchanged,
  };
}

/** Applies, and finds out what happened when the connection was lost while committing. */
async function applied(store: FlagStore, batch: SyncBatch, isLast: boolean): Promise<Head | "again"> {
  try {
    return await store.apply(batch);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    if (error.code === "STORE_OUTCOME_UNKNOWN") {
      const head = await settle(store, batch.syncId, error);
      if (head !== "did not happen") return head;
    } else if (error.code !== "PLAN_STALE") throw error;
    if (isLast) throw error;
    return "again";
  }
}
