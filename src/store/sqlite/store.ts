import { statSync } from "node:fs";
import { ALL_COLUMNS, EVALUATED_COLUMNS } from "../columns.ts";
import { writeBatch } from "./apply.ts";
import { openSqlite, type SqliteConnection } from "./driver.ts";
import { checkFile, sqliteError } from "./errors.ts";
import { NOW, readAudit, readHead, readInstances, readSnapshot, readSyncs } from "./read.ts";
import { watchSqlite } from "./watch.ts";
import type { FlagStore, Instance } from "../store.ts";

/** How long a sync waits for another writer. The process does nothing else meanwhile, and need not. */
const SYNC_WAIT_MS = 5_000;
/** A running application must not stand still for long: what it cannot read or write at once, it tries again later. */
const APPLICATION_WAIT_MS = 250;

/**
 * A store in one SQLite file, which must exist and have our tables.
 *
 * @throws FlagError STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_FORBIDDEN, STORE_READ_ONLY, STORE_LOCKED
 */
export function openSqliteStore(file: string, label: string, readOnly: boolean): FlagStore {
  const connection = connectionTo(file, label, readOnly);

  async function tried<Result>(
    attempt: string,
    waitMs: number,
    work: (db: SqliteConnection) => Result,
  ): Promise<Result> {
    try {
      const db = connection.current();
      db.waitForLocks(waitMs);
      return work(db);
    } catch (error) {
      throw sqliteError(error, attempt, label, file);
    }
  }
  const reading = <Result>(attempt: string, work: (db: SqliteConnection) => Result): Promise<Result> =>
    tried(attempt, APPLICATION_WAIT_MS, work);

  try {
    readHead(connection.current(), label);
  } catch (error) {
    connection.close();
    throw sqliteError(error, "opening", label, file);
  }
  return {
    label,
    readHead: () => reading("reading the head", (db) => readHead(db, label)),
    read: (purpose) => {
      const columns = purpose === "evaluation" ? EVALUATED_COLUMNS : ALL_COLUMNS;
      return reading("reading the flags", (db) => inTransaction(db, "BEGIN", () => readSnapshot(db, label, columns)));
    },
    apply: (batch) =>
      tried("applying the sync", SYNC_WAIT_MS, (db) =>
        inTransaction(db, "BEGIN IMMEDIATE", () => writeBatch(db, batch, label)),
      ),
    hasSync: (syncId) =>
      reading(
        "looking for a sync",
        (db) => db.get("SELECT 1 FROM flaghoist_syncs WHERE sync_id = ?", syncId) !== undefined,
      ),
    syncs: (limit) => reading("reading the syncs", (db) => readSyncs(db, limit)),
    audit: ({ key, limit }) =>
      reading("reading the audit", (db) =>
        key === undefined
          ? readAudit(db, "ORDER BY id DESC LIMIT ?", limit)
          : readAudit(db, "WHERE feature_key = ? ORDER BY id DESC LIMIT ?", key, limit),
      ),
    handEdits: async () => {
      const newest = "SELECT max(id) FROM feature_toggle_audit WHERE source = 'sql' GROUP BY feature_key";
      const edits = await reading("reading the hand edits", (db) =>
        readAudit(db, `WHERE id IN (${newest}) ORDER BY feature_key`),
      );
      return new Map(edits.map((edit) => [edit.key, edit]));
    },
    instances: (withinMs) => reading("reading the instances", (db) => readInstances(db, withinMs)),
    heartbeat: (instance) => reading("writing the heartbeat", (db) => writeHeartbeat(db, instance)),
    watch: (onHint) => watchSqlite(file, onHint),
    close: async () => connection.close(),
  };
}

/** One open connection, opened anew when another file has taken its place: after a restored backup, say. */
function connectionTo(file: string, label: string, readOnly: boolean) {
  let open: { readonly db: SqliteConnection; readonly identity: string } | undefined;
  const close = (): void => {
    open?.db.close();
    open = undefined;
  };
  return {
    close,
    current(): SqliteConnection {
      checkFile(file, label);
      const { dev, ino } = statSync(file);
      const identity = `${dev}:${ino}`;
      if (open?.identity === identity) return open.db;
      close();
      const db = openSqlite(file, readOnly ? "ro" : "rw");
      open = { db, identity };
      if (!readOnly) db.exec("PRAGMA synchronous = FULL");
      return db;
    },
  };
}

function inTransaction<Result>(db: SqliteConnection, begin: string, work: () => Result): Result {
  db.exec(begin);
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      db.exec("ROLLBACK");
    } catch {
      // Some errors have rolled back already; the first one is what the caller has to hear.
    }
    throw error;
  }
}

function writeHeartbeat(db: SqliteConnection, instance: Instance): void {
  const { id, host, pid, epoch, revision, overrides, startedAt } = instance;
  const upsert = `INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    epoch = excluded.epoch, revision = excluded.revision, overrides = excluded.overrides, seen_at = ${NOW}`;
  db.run(upsert, id, host, pid, epoch, revision, JSON.stringify(overrides), startedAt);
}
