import { FlagError } from "../core/errors.ts";
import { checkReadable } from "./migrations.ts";
import { type Head, isSameVersion, type StoredSnapshot, type SyncBatch } from "./store.ts";

/** The row that {@link READ_HEAD} selects. PostgreSQL's driver returns 64-bit numbers as text. */
export interface HeadRow extends Omit<Head, "epoch" | "revision"> {
  readonly epoch: number | string;
  readonly revision: number | string;
  readonly schemaVersion: number;
}

/** Holds the SQL that selects the row of `flaghoist_head`. */
export const READ_HEAD = `SELECT environment, store_id AS "storeId", epoch, revision, commit_sha AS "commit",
  schema_version AS "schemaVersion" FROM flaghoist_head`;

/** Holds the SQL expression for `isSynced` in LiveSnapshot. */
export const HAS_SYNCED_ROW = "EXISTS (SELECT 1 FROM feature_toggles WHERE synced IS NOT NULL)";

/**
 * Converts a row to a head. @throws FlagError STORE_CORRUPT if there is no row or a number is too large; STORE_NEWER or STORE_OUTDATED for a
 * different schema version
 */
export function headOf(row: HeadRow | undefined | null, label: string): Head {
  if (!row) {
    const hint = "restore the database from a backup, or create a new one with `hoist db migrate`";
    throw new FlagError("STORE_CORRUPT", `${label}: flaghoist_head has no row; it must have exactly one`, { hint });
  }
  const { schemaVersion, ...head } = row;
  checkReadable(schemaVersion, label);
  return { ...head, epoch: countIn("epoch", row, label), revision: countIn("revision", row, label) };
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

/** Checks that the database is in the state from which the plan was made. @throws FlagError PLAN_STALE if it is not */
export function checkHead(live: Head, from: SyncBatch["from"], label: string): void {
  if (isSameVersion(live, from)) return;
  throw new FlagError("PLAN_STALE", `the plan was made at ${stateText(from)}, but ${label} is at ${stateText(live)}`, {
    hint: "run `hoist plan` again, review it, then run `hoist sync`",
  });
}

function stateText({ storeId, epoch, revision, commit }: SyncBatch["from"]): string {
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
