import { FlagError } from "../core/errors.ts";
import type { Head, SyncBatch } from "./store.ts";

/** One row that the triggers wrote into the audit during a batch. */
export interface AuditRecord {
  readonly key: string;
  readonly changedBy: string;
  readonly source: string;
  readonly revision: number | string;
}

/** Holds the SQL that selects the audit rows after the one with the id `?`. */
export const READ_RECORDS = `SELECT feature_key AS key, changed_by AS "changedBy", source, revision
  FROM feature_toggle_audit WHERE id > ? ORDER BY id`;
/** Holds the SQL that selects the id of the newest audit row. */
export const READ_LAST_RECORD = "SELECT coalesce(max(id), 0) AS last FROM feature_toggle_audit";

/** What a batch has left in the tables beside the flags. */
export interface Ledger {
  /** The number of rows of `flaghoist_actor`. */
  readonly actors: number | string;
  /** The number of rows of `flaghoist_actor` that name an author. */
  readonly filled: number | string;
  /** The number of rows of `flaghoist_syncs` for this sync, with its commit and the revision of the head. */
  readonly syncs: number | string;
}

/** Holds the SQL that selects a {@link Ledger}, for a sync with the id `?` and the commit `?`. */
export const READ_LEDGER = `SELECT (SELECT count(*) FROM flaghoist_actor) AS actors,
  (SELECT count(*) FROM flaghoist_actor WHERE changed_by IS NOT NULL OR notes IS NOT NULL OR commit_sha IS NOT NULL) AS filled,
  (SELECT count(*) FROM flaghoist_syncs WHERE sync_id = ? AND commit_sha IS NOT DISTINCT FROM ?
    AND revision = (SELECT revision FROM flaghoist_head)) AS syncs`;

/** The bookkeeping of a batch, as read back in its transaction. */
export interface Bookkeeping {
  readonly before: Head;
  readonly after: Head;
  /** The content of the rows before and after the batch, by key, in any form that differs when the content differs. */
  readonly states: { readonly before: ReadonlyMap<string, string>; readonly after: ReadonlyMap<string, string> };
  readonly records: readonly AuditRecord[];
  readonly ledger: Ledger;
}

/**
 * Checks what a batch wrote beside the flags: the head, the audit, the list of syncs and the empty actor. Foreign triggers and
 * rules, or triggers of flaghoist that are missing or disabled, make it differ.
 *
 * @throws FlagError STORE_MISMATCH, which rolls the batch back
 */
export function checkBookkeeping(batch: SyncBatch, found: Bookkeeping, label: string): void {
  const problem = problemOf(batch, found);
  if (problem === undefined) return;
  throw new FlagError("STORE_MISMATCH", `${label}: the sync was rolled back, because ${problem}`, {
    hint: "run `hoist db check` to find the trigger or rule that is missing, disabled or foreign",
  });
}

function problemOf(batch: SyncBatch, { before, after, states, records, ledger }: Bookkeeping): string | undefined {
  const changed = batch.writes.filter(({ key }) => states.before.get(key) !== states.after.get(key));
  const grew = before.storeId === after.storeId ? after.revision - before.revision : after.revision;
  const epoch = batch.newEpoch ?? before.epoch;
  if (after.commit !== batch.commit) return `flaghoist_head has the commit ${after.commit}, not ${batch.commit}`;
  if (before.storeId === after.storeId && after.epoch !== epoch)
    return `flaghoist_head has epoch ${after.epoch}, not ${epoch}`;
  if (changed.length > 0 && grew < 1) return "flaghoist_head kept its revision, although flags changed";
  if (Number(ledger.actors) !== 1) return `flaghoist_actor has ${ledger.actors} rows; it must have exactly one`;
  if (Number(ledger.filled) !== 0) return "flaghoist_actor was not emptied";
  if (Number(ledger.syncs) !== 1) return "flaghoist_syncs does not list the sync";
  return recordProblem(changed, records);
}

function recordProblem(changed: SyncBatch["writes"], records: readonly AuditRecord[]): string | undefined {
  const left = Map.groupBy(records, ({ key }) => key);
  for (const { key, changedBy } of changed) {
    const own = left.get(key) ?? [];
    left.delete(key);
    if (own.length !== 1)
      return `feature_toggle_audit has ${own.length} rows about the change to ${key}; it must have one`;
    if (own[0]?.source !== "sync") return `feature_toggle_audit lists the change to ${key} as manual`;
    if (own[0].changedBy !== changedBy) return `feature_toggle_audit names the wrong author of the change to ${key}`;
  }
  const [other] = left.keys();
  return other === undefined ? undefined : `feature_toggle_audit lists a change to ${other}, which did not change`;
}
