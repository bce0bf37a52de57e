import { FlagError } from "../core/errors.ts";
import { checkReadable } from "./migrations.ts";
import type { Head, SyncBatch } from "./store.ts";

/** The one row of `flaghoist_head`, as both engines answer it. */
export interface HeadRow {
  readonly environment: string;
  readonly store_id: string;
  readonly epoch: number | string;
  /** A string where the driver fears for a 64-bit number. */
  readonly revision: number | string;
  readonly commit_sha: string | null;
  readonly schema_version: number;
}

export const HEAD_COLUMNS = "environment, store_id, epoch, revision, commit_sha, schema_version";

/** @throws FlagError STORE_CORRUPT without a row, STORE_NEWER and STORE_OUTDATED by its schema */
export function headOf(row: HeadRow | undefined | null, label: string): Head {
  if (!row) {
    throw new FlagError("STORE_CORRUPT", `${label}: flaghoist_head has no row, it must have exactly one`, {
      hint: "restore the database from a backup, or make a new one with `hoist db migrate`",
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

/** @throws FlagError PLAN_STALE where the plan was made from another state */
export function checkHead(live: Head, from: SyncBatch["from"], label: string): void {
  const same =
    live.storeId === from.storeId &&
    live.epoch === from.epoch &&
    live.revision === from.revision &&
    live.commit === from.commit;
  if (same) return;
  throw new FlagError("PLAN_STALE", `the plan starts at ${stateText(from)}, ${label} is at ${stateText(live)}`, {
    hint: "plan again: run `hoist plan`, review it, then `hoist sync`",
  });
}

function stateText({ storeId, epoch, revision, commit }: SyncBatch["from"]): string {
  return `revision ${revision} (${commit?.slice(0, 7) ?? "no commit"}, epoch ${epoch}, database ${storeId.slice(0, 8)})`;
}

/** Lets the caller's check look at what was written; its refusal is ours to report. */
export function verified<Snapshot>(verify: (written: Snapshot) => void, written: Snapshot, label: string): void {
  try {
    verify(written);
  } catch (cause) {
    if (cause instanceof FlagError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FlagError(
      "STORE_MISMATCH",
      `${label} was rolled back: what was read back is not what was written: ${why}`,
      {
        hint: "look for a trigger or a rule of your own on feature_toggles",
        cause,
      },
    );
  }
}
