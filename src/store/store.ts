import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonObject } from "../core/json.ts";
import type { FlagColumns, RawRow, SyncedColumns } from "../core/row/row.ts";

/** The state of a database, from the one-row table `flaghoist_head`. States are compared by epoch, then by revision. */
export interface Head {
  /** The environment that the database serves. */
  readonly environment: string;
  /** A uuid that is created with the database. */
  readonly storeId: string;
  /** Starts at 1. Another epoch means a restored or recreated database, whose revisions are not comparable. */
  readonly epoch: number;
  /** Increases with every change to a flag, by a sync or a manual change; may skip numbers. 0 before the first change. */
  readonly revision: number;
  /** The commit that was synced last; null before the first sync and after a work-tree sync. */
  readonly commit: string | null;
}

/** Returns whether a database is at an older version than another state of the same database: by epoch, then by revision. */
export function isOlder(a: Omit<Head, "environment">, than: Omit<Head, "environment">): boolean {
  if (a.storeId !== than.storeId) return false;
  return a.epoch === than.epoch ? a.revision < than.revision : a.epoch < than.epoch;
}

/** Returns whether two heads belong to one history, so their revisions are comparable. */
export function isSameHistory(a: Pick<Head, "storeId" | "epoch">, b: Pick<Head, "storeId" | "epoch">): boolean {
  return a.storeId === b.storeId && a.epoch === b.epoch;
}

/** Returns whether two heads have the same history, revision and commit. */
export function isSameVersion(a: Omit<Head, "environment">, b: Omit<Head, "environment">): boolean {
  return isSameHistory(a, b) && a.revision === b.revision && a.commit === b.commit;
}

/** The head and all rows of one moment, in key order, including archived rows. */
export interface StoredSnapshot {
  readonly head: Head;
  readonly rows: readonly RawRow[];
}

/** What a read of the database returns: the head and all rows of one moment, and how far they can be trusted. */
export interface LiveSnapshot extends StoredSnapshot {
  /** Whether a sync wrote any of the rows. A table without such a row was never synced, or was emptied. */
  readonly isSynced: boolean;
  /** False for a replica, which may lag behind its primary. A SQLite file is always a primary. */
  readonly isPrimary: boolean;
}

/** The complete row of one flag that a sync writes. It is inserted if the key is new, and updated otherwise. */
export interface RowWrite {
  readonly key: FlagKey;
  /** The columns to write, including manual changes that are kept. */
  readonly columns: FlagColumns;
  /** The columns according to git. */
  readonly synced: SyncedColumns;
  readonly archived: boolean;
  readonly path: string;
  readonly commit: string | null;
  readonly changedBy: string;
  readonly notes: string | null;
}

/** One sync, applied as a whole or not at all. */
export interface SyncBatch {
  /** A uuid that identifies the sync, so that an unknown outcome can be resolved. */
  readonly syncId: string;
  /**
   * The head that the plan was made from, or `missing` if the database or its tables did not exist. If the database has a
   * different head, nothing is written (PLAN_STALE).
   */
  readonly from: Omit<Head, "environment"> | "missing";
  readonly commit: string | null;
  readonly writes: readonly RowWrite[];
  /** The person or job that ran the sync, for the list of syncs. */
  readonly startedBy: string;
  /** The number of changes by kind, for the list of syncs. */
  readonly summary: JsonObject;
  /** The epoch that the sync starts, so that every process accepts the table although its revision is lower; null to keep it. */
  readonly newEpoch: number | null;
  /** Called with the written rows, as read back, before the commit. If it throws, everything is rolled back. */
  readonly verify: (written: StoredSnapshot) => void;
}

/** One row of `flaghoist_syncs`: a sync that committed something. */
export interface SyncEntry {
  readonly syncId: string;
  readonly commit: string | null;
  readonly revision: number;
  readonly startedBy: string;
  readonly summary: JsonObject;
  /** ISO 8601. */
  readonly syncedAt: string;
}

/** Lists the actions that the audit records. */
export const AUDIT_ACTIONS = ["created", "enabled", "disabled", "updated", "archived", "restored", "deleted"] as const;
/** One action that the audit records. */
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
  /** False for a manual change. */
  readonly bySync: boolean;
  readonly revision: number;
  /** Why a part of the entry cannot be read; null if all of it can. An unreadable state is null. */
  readonly problem: string | null;
}

/** Asks who changed certain columns of certain flags. The insertion of a row changes every column, its deletion none. */
export interface ChangesQuery {
  readonly keys: readonly FlagKey[];
  /** Columns of `feature_toggles`; `synced.killed` is a member of one. */
  readonly columns: readonly AuditedColumn[];
  /** Leaves out the changes that a sync made. */
  readonly onlyManual: boolean;
}

export type AuditedColumn = keyof FlagColumns | "feature_key" | "archived_at" | "synced.killed";

/** What a running process reports to `flaghoist_instances`. */
export interface Instance {
  /** A uuid that is created with the process. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly epoch: number;
  readonly revision: number;
  /** Active overrides by flag key, with the variant that each serves, never its raw value. */
  readonly overrides: JsonObject;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A running process, with the time of its last heartbeat. */
export interface SeenInstance extends Instance {
  /** ISO 8601, by the database's clock. */
  readonly seenAt: string;
  /** Why a part of the heartbeat cannot be read; null if all of it can. Unreadable overrides are `{}`. */
  readonly problem: string | null;
  /** Whether changes reach the process at once; false: it only polls; null: it did not say. */
  readonly push: boolean | null;
}

/** A watch of one store. */
export interface Watch {
  readonly stop: () => void;
  /** Returns whether changes reach the watch at once. */
  readonly isPushing: () => boolean;
}

/** The highest revision that the instances of one epoch reported. */
export type HighestHeartbeat = Pick<Instance, "epoch" | "revision">;

/** What a store is opened for. `sync`: the first batch creates or migrates the tables of the environment. */
export type StoreMode =
  | { readonly kind: "read" }
  | { readonly kind: "write" }
  | { readonly kind: "sync"; readonly environment: string };

/** What rows are read for. */
export type ReadPurpose = "sync" | "evaluation";

/**
 * Stores synced flags. Every implementation must pass test/store/contract.ts. All methods reject with a FlagError:
 * STORE_UNREACHABLE, STORE_LOCKED, STORE_READ_ONLY, STORE_CORRUPT, STORE_FORBIDDEN, STORE_MISSING, STORE_OUTDATED or STORE_NEWER.
 */
export interface FlagStore {
  /** Names the database in messages, e.g. `sqlite .flaghoist/development.db` or `postgres flags@db.internal/flags`. Never contains a password. */
  readonly label: string;
  /** Reads one row, which is cheap. */
  readHead(): Promise<Head>;
  /**
   * Reads the head and all rows of one moment.
   *
   * @param purpose  `evaluation`: without the column `synced`, which is about half of the data, except in the rows of archived flags
   *   that are disabled
   */
  read(purpose?: ReadPurpose): Promise<LiveSnapshot>;
  /**
   * Writes the whole batch or nothing. A batch without writes changes the commit, but not the revision. A store that was opened
   * for syncing creates or migrates the tables in the same transaction.
   *
   * @throws FlagError PLAN_STALE if the head is no longer `batch.from`; STORE_OUTCOME_UNKNOWN if the connection was lost while
   *   committing ({@link hasSync} then returns the outcome); STORE_MISMATCH if `verify` threw
   */
  apply(batch: SyncBatch): Promise<Head>;
  /** Returns whether a sync was applied. */
  hasSync(syncId: string): Promise<boolean>;
  /** Reads the list of syncs, newest first. */
  syncs(limit: number): Promise<readonly SyncEntry[]>;
  /** Reads the audit of one flag or of all flags, newest first. */
  audit(query: { readonly key?: FlagKey; readonly limit: number }): Promise<readonly AuditEntry[]>;
  /** Returns the newest manual change to each flag that has one, in key order. */
  manualChanges(): Promise<ReadonlyMap<FlagKey, AuditEntry>>;
  /** Returns, for each of the flags, the newest audit entry that changed one of the columns, if there is one. */
  lastChanges(query: ChangesQuery): Promise<ReadonlyMap<FlagKey, AuditEntry>>;
  /** Reads the instances that sent a heartbeat within the last `withinMs` milliseconds. */
  instances(withinMs: number): Promise<readonly SeenInstance[]>;
  /** Returns the highest epoch that an instance ever reported, from the current one on, with its highest revision; null if there is none. */
  highestHeartbeat(): Promise<HighestHeartbeat | null>;
  /** Inserts or updates the instance. Does not change the revision. */
  heartbeat(instance: Instance): Promise<void>;
  /**
   * Calls `onHint` when something may have changed, and after each reconnect, until the returned function is called. Hints may be
   * lost, repeated or wrong: read the head. Never throws, and does not keep the process alive.
   */
  watch(onHint: () => void): () => void;
  /**
   * Returns whether changes reach a watch at once. False until that was proven, and where it never will be: through a pooler
   * in transaction mode, whose clients only poll.
   */
  isPushing(): boolean;
  /** Closes the connections to the database. */
  close(): Promise<void>;
}
