import { FlagError } from "../core/errors.ts";
import { checkReadable } from "./migrations.ts";
import { type Head, isSameVersion, type StoredSnapshot, type SyncBatch } from "./store.ts";

/** The row of `flaghoist_head`. PostgreSQL's driver returns 64-bit numbers as text. */
export interface HeadRow {
  readonly environment: string;
  readonly store_id: string;
  readonly epoch: number | string;
  readonly revision: number | string;
  readonly commit_sha: string | null;
  /** The oldest schema version whose programs can use the database. */
  readonly schema_version: number;
  /** The schema version. Its column does not exist in version 1. */
  readonly migration?: number;
}

/** Holds the SQL that selects the row of `flaghoist_head`, with whatever columns its schema version has. */
export const READ_HEAD = "SELECT * FROM flaghoist_head";

/** Holds the SQL expression for `isSynced` in LiveSnapshot. */
export const HAS_SYNCED_ROW = "EXISTS (SELECT 1 FROM feature_toggles WHERE synced IS NOT NULL)";

/**
 * Converts a row to a head. @throws FlagError STORE_CORRUPT if there is no row or a number is too large; STORE_NEWER or STORE_OUTDATED for a
 * different schema version
 */
export function headOf(row: HeadRow | undefined | null, label: string): Head {
  if (!row) throw headMissing(label);
  const { environment, store_id: storeId, commit_sha: commit } = row;
  checkReadable({ version: row.migration ?? 1, oldestReader: row.schema_version }, label);
  return {
    environment,
    storeId,
    epoch: countIn("epoch", row, label),
    revision: countIn("revision", row, label),
    commit,
  };
}

/** Reads a whole number of the head. Versions are compared, so one that is not exact must not be used. */
function countIn(column: "epoch" | "revision", row: HeadRow, label: string): number {
  const count = Number(row[column]);
  if (Number.isSafeInteger(count)) return count;
  const message = `${label}: ${column} in flaghoist_head is ${row[column]}; it must be a whole number below 2^53`;
  const correction = "run in the database: UPDATE flaghoist_head SET epoch = epoch + 1, revision = 0";
  throw new FlagError("STORE_CORRUPT", message, {
    hint: column === "revision" ? correction : "restore the database from a backup",
  });
}

/** Creates the error for a table `flaghoist_head` without a row. */
export function headMissing(label: string): FlagError {
  const hint = "restore the database from a backup, or create a new one with `hoist db migrate`";
  return new FlagError("STORE_CORRUPT", `${label}: flaghoist_head has no row; it must have exactly one`, { hint });
}

/**
 * Checks that the database is in the state from which the plan was made.
 *
 * @param isNew  whether the transaction created the database, as a plan for a missing database expects
 * @throws FlagError PLAN_STALE if it is not
 */
export function checkHead(live: Head, from: SyncBatch["from"], isNew: boolean, label: string): void {
  if (from === "missing" ? isNew : isSameVersion(live, from)) return;
  throw new FlagError("PLAN_STALE", `the plan was made at ${stateText(from)}, but ${label} is at ${stateText(live)}`, {
    hint: "run `hoist plan` again, review it, then run `hoist sync`",
  });
}

function stateText(state: SyncBatch["from"]): string {
  if (state === "missing") return "a time when the database did not exist";
  const { storeId, epoch, revision, commit } = state;
  return `revision ${revision} (${commit?.slice(0, 7) ?? "no commit"}, epoch ${epoch}, database ${storeId.slice(0, 8)})`;
}

/** Runs the caller's check of the written rows. @throws FlagError STORE_MISMATCH if the check throws another error */
export function verifyWritten({ verify }: SyncBatch, written: StoredSnapshot, label: string): void {
  try {
    verify(written);
  } catch (cause) {
    if (cause instanceof FlagError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${label}: the sync was rolled back, because the rows read back differ from what was written: ${why}`;
    const hint = "check feature_toggles for triggers or rules that are not part of flaghoist";
    throw new FlagError("STORE_MISMATCH", message, { hint, cause });
  }
}
