import type { Flag, FlagType } from "../flag/flag.ts";
import type { FlagColumns, FlagRow, SyncedColumns } from "../row/row.ts";

/** The desired state of one flag, according to the files. */
export interface DesiredFlag {
  readonly flag: Flag;
  /** The file, e.g. `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  /** The id under `acknowledge` for the planned environment, or null. */
  readonly acknowledged: string | null;
}

/** The part of a table row that a plan needs. */
export type LiveRow =
  | { readonly ok: true; readonly flag: Flag; readonly row: SyncedRow }
  /** `enabled` and `type` are null if they cannot be read either. */
  | {
      readonly ok: false;
      readonly problem: string;
      readonly enabled: boolean | null;
      readonly type: FlagType | null;
    };

/** The columns that git decides, and what the last sync wrote. */
export type SyncedRow = FlagColumns & Pick<FlagRow, "path" | "synced" | "archived_at">;

/** The part of a manually deleted row that a plan needs. */
export interface DeletedRow {
  readonly enabled: boolean;
  /** What the last sync wrote; null if no sync wrote the row. */
  readonly synced: Pick<SyncedColumns, "enabled" | "killed"> | null;
}
