import type { EditedBy, HeldEdit } from "../../core/plan/change.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { GitHub } from "../../github/connect.ts";
import { isDescendant } from "../../github/repository.ts";
import { landedBetween } from "../../github/merged-pull-request.ts";
import type { LandedChange } from "../../history/mainline.ts";
import { planSync, type PlanOutcome, type SyncOptions } from "../../sync/sync.ts";
import { fate } from "../plan/plan-text.ts";

/** Where a table is not what the branch says. Nothing in it changes by itself as time passes. */
export interface Drift {
  readonly environment: string;
  readonly database: string;
  /** The commit that the branch stands at. */
  readonly desired: string;
  readonly byHand: readonly HandWritten[];
  /** Null where every merged change is live, or was merged a short while ago. */
  readonly pending: Pending | null;
  /** The table was synced from a commit that is no part of the branch: why that is so, and what to do. */
  readonly fence: { readonly message: string; readonly hint: string } | null;
}

export interface HandWritten {
  readonly key: string;
  /** `disabled by hand`. */
  readonly what: string;
  /** What becomes of it: `stays off, whatever git says`. */
  readonly fate: string;
  readonly by: EditedBy | null;
}

export interface Pending {
  /** When the oldest of them landed, ISO 8601. */
  readonly since: string;
  readonly changes: readonly { readonly key: string; readonly text: string }[];
  /** What the table has not seen, newest first. */
  readonly landed: readonly Pick<LandedChange, "sha" | "subject" | "pullRequest" | "date">[];
}

export type DriftOutcome =
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[]; readonly flagCount: number }
  /** The table is newer than this clone: nothing can be told of it from here. */
  | { readonly kind: "newer"; readonly message: string }
  | { readonly kind: "agrees"; readonly drift: Drift }
  | { readonly kind: "differs"; readonly drift: Drift };

export interface DriftOptions {
  readonly sync: SyncOptions;
  readonly now: Date;
  /** What was merged more recently is on its way. */
  readonly afterMs: number;
  /** Between two looks at the table: what only one of them sees was a sync at work. */
  readonly settleMs: number;
  /** Knows commits that this clone has not fetched. */
  readonly github: () => Promise<GitHub>;
}

const MOST_LANDED = 20;

/** Compares; writes nothing. What it reports stood in the table at two moments. @throws FlagError as planSync does */
export async function readDrift(options: DriftOptions): Promise<DriftOutcome> {
  const first = await look(options);
  if (first.kind !== "differs") return first;
  await new Promise((resolve) => setTimeout(resolve, options.settleMs));
  return look(options);
}

async function look(options: DriftOptions): Promise<DriftOutcome> {
  let outcome: PlanOutcome;
  try {
    outcome = await planSync(options.sync);
  } catch (error) {
    if (error instanceof FlagError && error.code === "COMMIT_NOT_AHEAD") return fenced(options, error);
    throw error;
  }
  if (outcome.kind === "invalid") return outcome;
  const { plan, desired, database, handEdits } = outcome;
  const inserted = plan.unmanaged.map((key) => ({
    key,
    what: "inserted by hand",
    fate: "served, no file stands for it",
  }));
  const deleted = plan.putBack.map((key) => ({ key, what: "deleted by hand", fate: "the next sync puts it back" }));
  const drift: Drift = {
    environment: plan.environment,
    database,
    desired: desired.commit ?? "",
    byHand: [
      ...plan.handEdits.map(handWritten),
      ...[...inserted, ...deleted].map((each) => ({ ...each, by: handEdits.get(each.key) ?? null })),
    ],
    pending: await pendingOf(outcome, options),
    fence: null,
  };
  return { kind: drift.byHand.length > 0 || drift.pending !== null ? "differs" : "agrees", drift };
}

function handWritten(edit: HeldEdit): HandWritten {
  return { key: edit.key, what: edit.text, fate: fate(edit), by: edit.by ?? null };
}

async function pendingOf(
  { plan, desired }: PlanOutcome & { readonly kind: "planned" },
  { now, afterMs }: DriftOptions,
): Promise<Pending | null> {
  const { repository, commit } = desired;
  const changes = plan.changes
    .filter(({ key, differences }) => differences.length > 0 && !plan.putBack.includes(key))
    .map(({ key, differences }) => ({ key, text: differences.map(({ text }) => text).join("; ") }));
  if (changes.length === 0 || repository === null || commit === null || plan.from.commit === commit) return null;
  const landed = await landedBetween(repository, { from: plan.from.commit, to: commit }, MOST_LANDED);
  const oldest = landed.at(-1);
  if (oldest === undefined || now.getTime() - Date.parse(oldest.date) < afterMs) return null;
  const told = landed.map(({ sha, subject, pullRequest, date }) => ({ sha, subject, pullRequest, date }));
  return { since: oldest.date, changes, landed: told };
}

/** The live commit is not behind the branch: ahead of it, as when somebody merged and synced just now, or beside it. */
async function fenced({ sync, github }: DriftOptions, error: FlagError): Promise<DriftOutcome> {
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
  const fence = { message: error.message, hint: error.hint ?? "" };
  const drift = { environment, database: sync.database, desired, byHand: [], pending: null, fence };
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
