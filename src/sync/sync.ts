import { randomUUID } from "node:crypto";
import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { unknownFlag } from "../core/diagnostic/unknown-name.ts";
import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { Change } from "../core/plan/change.ts";
import { isDrift } from "../core/plan/manual-change.ts";
import type { OnDrift } from "../core/plan/merge.ts";
import type { Plan } from "../core/plan/plan.ts";
import { withNeeds, type PlanWithNeeds } from "../impact/needs.ts";
import { desiredOf, type Desired } from "../source/read/desired.ts";
import { readFiles, type Origin, type Progress } from "../source/read/read-files.ts";
import type { FlagStore, Head, RowWrite, SyncBatch } from "../store/store.ts";
import { attributionsOf, type Attribution } from "./attribution.ts";
import { checkAncestry } from "./check-ancestry.ts";
import { limitsOf } from "./limits.ts";
import { newEpochFor, nextEpoch, type NewEpoch } from "./new-epoch.ts";
import { resolveUnknownCommit } from "./resolve-unknown-commit.ts";
import { checkEnvironment, emptyTable, isMissing, planTable, readTable, type TableState } from "./table.ts";
import { checkEvaluates, checkRowCount, checkWritten } from "./verify.ts";

/** What to sync, into which database, and what the user allowed. */
export interface SyncOptions {
  readonly origin: Origin;
  readonly environment: string;
  /** The flags whose manual changes are undone, kills included. */
  readonly release: ReadonlySet<FlagKey>;
  readonly onDrift: OnDrift;
  /** The id of the acknowledged plan; null for none. */
  readonly acknowledgedPlan: string | null;
  /** The live commit, to continue after a rewritten history; null otherwise. */
  readonly acceptLive: string | null;
  /** Starts a new epoch even if no heartbeat shows that the table is a restored backup. */
  readonly newEpoch: boolean;
  /** Options that a printed command repeats, each empty or beginning with a space. */
  readonly again?: { readonly place: string; readonly intent: string };
  /**
   * The person or service that runs the sync, e.g. `deploy@ci`. It is recorded for the sync, and for changes that no
   * commit explains.
   */
  readonly startedBy: string;
  /** Opens the database; for a sync, one that need not exist or be up to date (openStoreToSync). */
  readonly openStore: () => Promise<FlagStore>;
  /** Brings the schema up to date where the sync has nothing to write. */
  readonly migrate?: () => Promise<unknown>;
  /** The name of the database, even before the database exists. */
  readonly database: string;
  readonly progress: Progress;
  /** `YYYY-MM-DD`, for warnings about expired flags; nothing else depends on it. */
  readonly today: string;
}

/** A plan, with the files and the table that it was made from. */
export interface Planned {
  readonly plan: PlanWithNeeds;
  readonly desired: Desired;
  readonly database: string;
  readonly again: { readonly place: string; readonly intent: string };
  readonly head: Head;
  readonly live: TableState["rows"];
  readonly manual: TableState["manual"];
  /** Why the sync starts a new epoch; null if it does not. */
  readonly newEpoch: NewEpoch | null;
  readonly heartbeat: TableState["heartbeat"];
}

interface Invalid {
  readonly kind: "invalid";
  readonly diagnostics: readonly Diagnostic[];
  readonly flagCount: number;
}

/** The result of {@link planSync}. */
export type PlanOutcome = Invalid | (Planned & { readonly kind: "planned" });

/** The result of {@link sync}. */
export type SyncOutcome =
  | Invalid
  /**
   * Nothing was written, because of problems that no acknowledgement resolves, a missing acknowledgement, or drift with
   * `--on-drift fail`.
   */
  | (Planned & { readonly kind: "refused"; readonly because: "problems" | "needs" | "drift" })
  /** The table matches the files; `head` is its current head. Nothing was written when it matched before. */
  | (Planned & { readonly kind: "synced"; readonly before: Head });

/** The maximum number of attempts when others write to the table at the same time. */
const MAX_ATTEMPTS = 4;

/** Plans a sync without writing anything. @throws the errors of {@link planned} */
export async function planSync(options: SyncOptions): Promise<PlanOutcome> {
  const desired = await readDesired(options);
  if ("kind" in desired) return desired;
  const table = await readTableIfThere(options);
  return { kind: "planned", ...(await planned(table, desired, options)) };
}

/**
 * Makes the table match the files, in one transaction. Everything slow happens before the transaction takes its lock.
 * If the table changes in the meantime, the sync makes a new plan.
 *
 * @throws FlagError PLAN_STALE when the table changed at each attempt; the errors of {@link planned} and of the store
 */
export async function sync(options: SyncOptions): Promise<SyncOutcome> {
  const desired = await readDesired(options);
  if ("kind" in desired) return desired;
  const store = await options.openStore();
  try {
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptSync(store, desired, options, attempt === MAX_ATTEMPTS);
      if (outcome !== "again") return outcome;
    }
  } finally {
    await store.close();
  }
}

/** Reads and checks the files, and runs their tests. */
async function readDesired({ origin, environment, progress, today }: SyncOptions): Promise<Desired | Invalid> {
  const files = await readFiles(origin, progress, today);
  const result = desiredOf(files, environment, progress);
  if (result.ok) return result.desired;
  return { kind: "invalid", diagnostics: result.diagnostics, flagCount: files.loaded.fileCount };
}

/** Reads the table; returns an empty one when the database does not exist, because only a sync creates it. */
async function readTableIfThere(options: SyncOptions): Promise<TableState> {
  const { openStore, environment, database, progress } = options;
  progress("reading the table");
  return orEmptyTable(environment, `${database}, which does not exist yet`, async () => {
    const store = await openStore();
    try {
      return await readTable(store);
    } finally {
      await store.close();
    }
  });
}

async function orEmptyTable(environment: string, label: string, read: () => Promise<TableState>): Promise<TableState> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_MISSING") return emptyTable(environment, label);
    throw error;
  }
}

/**
 * Checks that the files may be synced into the table, plans the sync, and finds what has to be acknowledged.
 *
 * @throws FlagError WRONG_DATABASE, COMMIT_NOT_AHEAD, INVALID_FLAGS for too many rows, USAGE for a released key that is not a flag
 */
async function planned(table: TableState, desired: Desired, options: SyncOptions): Promise<Planned> {
  const { head, rows: live, manual, heartbeat, label: database } = table;
  const { release, acceptLive, acknowledgedPlan, again = { place: "", intent: "" } } = options;
  checkEnvironment(table, options.environment);
  await checkAncestry(desired, head.commit, acceptLive, again.place);
  checkReleased(release, [...new Set([...live.keys(), ...desired.flags.keys()])]);
  const plan = planTable(table, desired, options);
  checkRowCount(live, plan);
  const newEpoch = newEpochFor(head, heartbeat, options.newEpoch);
  const limits = await limitsOf(desired, head.commit);
  const needs = { ...limits, work: desired.loaded.work, desired: desired.flags, acknowledgedPlan };
  return { plan: withNeeds(plan, needs), desired, database, again, head, live, manual, newEpoch, heartbeat };
}

function checkReleased(release: SyncOptions["release"], keys: readonly FlagKey[]): void {
  const unknown = [...release].find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  const { message, hint } = unknownFlag(unknown, keys, "flags/ or the table");
  throw new FlagError("USAGE", `--release: ${message}`, { hint });
}

async function attemptSync(
  store: FlagStore,
  desired: Desired,
  options: SyncOptions,
  isLast: boolean,
): Promise<SyncOutcome | "again"> {
  options.progress("planning");
  const table = await orEmptyTable(options.environment, store.label, () => readTable(store));
  const attempt = await planned(table, desired, options);
  const because = refusal(attempt.plan, options);
  if (because !== undefined) return { kind: "refused", because, ...attempt };
  const { plan, head: before, live, newEpoch } = attempt;
  const isUpToDate = plan.changes.length === 0 && before.commit === desired.commit && newEpoch === null;
  if (isUpToDate) {
    await options.migrate?.();
    return { kind: "synced", before, ...attempt };
  }
  options.progress("evaluating every flag", desired.flags.size);
  checkEvaluates(plan, live);
  const batch = await batchFor(attempt, options);
  options.progress("writing", batch.writes.length);
  const head = await applied(store, batch, isLast);
  return head === "again" ? "again" : { kind: "synced", ...attempt, before, head };
}

function refusal(plan: PlanWithNeeds, { onDrift }: SyncOptions): "problems" | "needs" | "drift" | undefined {
  if (plan.problems.length > 0) return "problems";
  if (onDrift === "fail" && isDrifted(plan)) return "drift";
  return plan.needs.some(({ acknowledged }) => !acknowledged) ? "needs" : undefined;
}

/** Returns whether the table has rows that were changed, inserted or deleted manually. */
function isDrifted({ manualChanges, unmanaged, putBack }: Plan): boolean {
  return manualChanges.some(isDrift) || unmanaged.length > 0 || putBack.length > 0;
}

async function batchFor(
  { plan, head, desired, newEpoch, heartbeat }: Planned,
  options: SyncOptions,
): Promise<SyncBatch> {
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
      archived: change.after === null,
      path: change.path ?? "",
      commit: desired.commit,
      changedBy,
      notes,
    };
  });
  return {
    syncId: randomUUID(),
    from: isMissing(head) ? "missing" : head,
    commit: desired.commit,
    newEpoch: newEpoch && nextEpoch(head, heartbeat),
    writes,
    startedBy: options.startedBy,
    summary: summaryOf(plan),
    verify: (written) => checkWritten(writes, written),
  };
}

/** Counts the flags that are created, updated, archived, restored and unchanged. */
export function summaryOf({ changes, unchanged }: Plan): Record<Change["action"] | "unchanged", number> {
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  return {
    create: count("create"),
    update: count("update"),
    archive: count("archive"),
    restore: count("restore"),
    unchanged,
  };
}

/** Applies the batch. When the connection is lost during COMMIT, determines whether the COMMIT succeeded. */
async function applied(store: FlagStore, batch: SyncBatch, isLast: boolean): Promise<Head | "again"> {
  try {
    return await store.apply(batch);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    if (error.code === "STORE_OUTCOME_UNKNOWN") {
      const head = await resolveUnknownCommit(store, batch.syncId, error);
      if (head !== "did not happen") return head;
    } else if (error.code !== "PLAN_STALE") throw error;
    if (isLast) throw error;
    return "again";
  }
}
