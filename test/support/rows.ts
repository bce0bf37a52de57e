import type { Flag } from "../../src/core/flag/flag.ts";
import { columnsOf, flagOfRow, type ReadRow } from "../../src/core/row/row-codec.ts";
import type { FlagColumns, RawRow } from "../../src/core/row/row.ts";

/** Returns the row that a sync of `flag` writes.  @param byHand  columns that were changed manually since */
export function aRow(flag: Flag, byHand: Partial<FlagColumns> = {}, rest: RawRow = {}): RawRow {
  const columns = columnsOf(flag);
  return {
    id: "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
    feature_key: flag.key,
    ...columns,
    path: `flags/${flag.key}.yaml`,
    commit_sha: null,
    synced: columns,
    archived_at: null,
    created_at: "2026-11-01T00:00:00.000Z",
    updated_at: "2026-11-01T00:00:00.000Z",
    created_by: "dana@acme.dev",
    last_modified_by: "dana@acme.dev",
    ...byHand,
    ...rest,
  };
}

/** That row, read. */
export function aLiveFlag(flag: Flag, byHand: Partial<FlagColumns> = {}, rest: RawRow = {}): ReadRow {
  return flagOfRow(aRow(flag, byHand, rest));
}
