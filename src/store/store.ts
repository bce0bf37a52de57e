import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonObject } from "../core/json.ts";
import type { FlagColumns, RawRow } from "../core/row/row.ts";

/** Which state of which database: the one-row table `flaghoist_head`. Versions compare by (epoch, revision). */
export interface Head {
  /** The one environment that the database serves. */
  readonly environment: string;
  /** A uuid, made with the database. */
  readonly storeId: string;
  /** Starts at 1; another epoch means a restored or re-made database, whose revisions do not compare. */
  readonly epoch: number;
  /** Grows with every change of a flag, whoever made it; may skip. 0 before the first. */
  readonly revision: number;
  /** The commit that was synced last; null before the first and after a work-tree sync. */
  readonly commit: string | null;
}

/** Head and all rows (archived ones too), of one moment, in key order. */
export interface StoredSnapshot {
  readonly head: Head;
  readonly rows: readonly RawRow[];
}

/** What one sync makes of one row: the whole row as it shall be. Inserted where the key is new. */
export interface RowWrite {
  readonly key: FlagKey;
  /** The columns as they shall be, hand-written values that stay included. */
  readonly columns: FlagColumns;
  /** What git says now. */
  readonly synced: FlagColumns;
  readonly archived: boolean;
  readonly path: string;
  readonly commit: string | null;
  readonly changedBy: string;
  readonly notes: string | null;
}

/** One sync, applied whole or not at all. */
export interface SyncBatch {
  /** A uuid: how an unknown commit outcome is settled. */
  readonly syncId: string;
  /** The head that the plan was made from. Another one: nothing is written, PLAN_STALE. */
  readonly from: Pick<Head, "storeId" | "epoch" | "revision" | "commit">;
  readonly commit: string | null;
  readonly writes: readonly RowWrite[];
  /** Who ran the sync, for the table of syncs. */
  readonly startedBy: string;
  /** Counts by kind of change, for the table of syncs. */
  readonly summary: JsonObject;
  /** Sees the written rows as the transaction has them, and no others, before it commits; its throw rolls everything back. */
  readonly verify: (written: StoredSnapshot) => void;
}

/** `flaghoist_syncs`: every sync that committed something, newest first. */
export interface SyncEntry {
  readonly syncId: string;
  readonly commit: string | null;
  readonly revision: number;
  readonly startedBy: string;
  readonly summary: JsonObject;
  /** ISO 8601. */
  readonly syncedAt: string;
}

export const AUDIT_ACTIONS = ["created", "enabled", "disabled", "updated", "archived", "restored", "deleted"] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One row of `feature_toggle_audit`. */
export interface AuditEntry {
  readonly toggleId: string;
  readonly key: FlagKey;
  readonly action: AuditAction;
  readonly oldState: JsonObject | null;
  readonly newState: JsonObject | null;
  readonly changedBy: string;
  /** ISO 8601. */
  readonly changedAt: string;
  readonly notes: string | null;
  /** False: somebody wrote to the table by hand. */
  readonly bySync: boolean;
  readonly revision: number;
}

/** What a running process tells of itself: `flaghoist_instances`. */
export interface Instance {
  /** A uuid, new with every process. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly epoch: number;
  readonly revision: number;
  /** Active overrides by flag key: what they make of the flag, never a raw value. */
  readonly overrides: JsonObject;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface SeenInstance extends Instance {
  /** ISO 8601, by the database's clock. */
  readonly seenAt: string;
}

/**
 * Where synced flags live. Every implementation passes test/store/contract.ts. All methods reject with a FlagError:
 * STORE_UNREACHABLE, STORE_LOCKED, STORE_READ_ONLY, STORE_CORRUPT, STORE_FORBIDDEN, STORE_MISSING, STORE_OUTDATED or STORE_NEWER.
 */
export interface FlagStore {
  /** For people, e.g. `sqlite .flaghoist/development.db` or `postgres flags@db.internal/flags`: never a password. */
  readonly label: string;
  /** Cheap: one row. */
  readHead(): Promise<Head>;
  /**
   * Everything of one moment: never torn.
   *
   * @param purpose  `evaluation`: without the column `synced`, about half of what there is, which only a sync asks for
   */
  read(purpose?: "sync" | "evaluation"): Promise<StoredSnapshot>;
  /**
   * The whole batch or nothing. Without writes only the commit moves, and no revision.
   *
   * @throws FlagError PLAN_STALE when the head is no longer `batch.from`; STORE_OUTCOME_UNKNOWN when the connection was
   *   lost while committing: ask {@link hasSync}; STORE_MISMATCH when `verify` refused
   */
  apply(batch: SyncBatch): Promise<Head>;
  hasSync(syncId: string): Promise<boolean>;
  /** Newest first. */
  syncs(limit: number): Promise<readonly SyncEntry[]>;
  /** Newest first; of one flag or of all. */
  audit(query: { readonly key?: FlagKey; readonly limit: number }): Promise<readonly AuditEntry[]>;
  /** For each flag that was ever written by hand, the newest such entry. */
  handEdits(): Promise<ReadonlyMap<FlagKey, AuditEntry>>;
  /** Seen within the last `withinMs` milliseconds. */
  instances(withinMs: number): Promise<readonly SeenInstance[]>;
  /** Inserts or refreshes the instance; moves no revision. */
  heartbeat(instance: Instance): Promise<void>;
  /**
   * Calls back when something may have changed, until the returned function is called. A hint that may be lost, doubled or
   * false: read the head. Also calls back after each reconnect. Never throws; its timers keep no process alive.
   */
  watch(onHint: () => void): () => void;
  close(): Promise<void>;
}
