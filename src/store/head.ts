import { FlagError } from "../core/errors.ts";
import { checkReadable } from "./migrations.ts";
import type { Head, SyncBatch } from "./store.ts";

/** The row of `flaghoist_head`, as both engines return it. */
export interface HeadRow {
  readonly environment: string;
  readonly store_id: string;
  readonly epoch: number | string;
  /** A string where the driver returns 64-bit numbers as text. */
  readonly revision: number | string;
  readonly commit_sha: string | null;
  readonly schema_version: number;
}

export const HEAD_COLUMNS = "environment, store_id, epoch, revision, commit_sha, schema_version";

/** Converts a row to a head. @throws FlagError STORE_CORRUPT without a row; STORE_NEWER or STORE_OUTDATED for another schema version */
export function headOf(row: HeadRow | undefined | null, label: string): Head {
  if (!row) {
    throw new FlagError("STORE_CORRUPT", `${label}: flaghoist_head has no row; it must have exactly one`, {
      hint: "restore the database from a backup, or create a new one with `hoist db migrate`",
    });
  }
  checkReadable(row.schema_version, label);
  return {
    environment: row.environment,
    storeId: row.store_id,
    epoch: Number(row.epoch),
    revision: Number(row.revision),
    commit: row.commit_sha,
  };
}

/** @throws FlagError PLAN_STALE if the plan was made from another state */
export function checkHead(live: Head, from: SyncBatch["from"], label: string): void {
  const same =
    live.storeId === from.storeId &&
    live.epoch === from.epoch &&
    live.revision === from.revision &&
    live.commit === from.commit;
  if (same) return;
  throw new FlagError("PLAN_STALE", `the plan was made at ${stateText(from)}, but ${label} is at ${stateText(live)}`, {
    hint: "run `hoist plan` again, review it, then run `hoist sync`",
  });
}

function stateText({ storeId, epoch, revision, commit }: SyncBatch["from"]): string {
  return `revision ${revision} (${commit?.slice(0, 7) ?? "no commit"}, epoch ${epoch}, database ${storeId.slice(0, 8)})`;
}

/** Runs the caller's check of what was written. @throws FlagError STORE_MISMATCH if the check throws another error */
export function verifyWritten<Snapshot>(verify: (written: Snapshot) => void, written: Snapshot, label: string): void {
  try {
    verify(written);
  } catch (cause) {
    if (cause instanceof FlagError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FlagError(
      "STORE_MISMATCH",
      `${label}: the sync was rolled back, because the rows read back differ from what was written: ${why}`,
      {
        hint: "check feature_toggles for triggers or rules that are not part of flaghoist",
        cause,
      },
    );
  }
}
