import { type Attempt, ATTEMPTS } from "../attempt.ts";
import { ALL_COLUMNS } from "../columns.ts";
import { commonQueries } from "../queries.ts";
import type { FlagStore, Head, StoreMode, SyncBatch } from "../store.ts";
import { createWatches, isToBeCreated } from "../watches.ts";
import { writeBatch } from "./apply.ts";
import { keepConnection } from "./connection.ts";
import { inTransaction, type SqliteConnection } from "./driver.ts";
import { sqliteError } from "./errors.ts";
import { migrateInTransaction, prepareFile } from "./migrate.ts";
import { DIALECT, readHead, readSnapshot } from "./read.ts";
import { watchSqlite } from "./watch.ts";

/** The time that a sync waits for another writer. The wait blocks the process, which has nothing else to do. */
const SYNC_WAIT_MS = 5_000;
/** The time that a running application waits for another writer. It must not be blocked for long, and tries again later. */
const APPLICATION_WAIT_MS = 250;
/** Holds the SQL that sets up a connection for writing. The time limit comes first, because the next statement reads the file. */
const setupFor = (waitMs: number): string => `PRAGMA busy_timeout = ${waitMs}; PRAGMA synchronous = FULL`;

/**
 * Opens a store in one SQLite file, which must exist and have flaghoist's tables unless it is opened for a sync.
 *
 * @throws FlagError STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_FORBIDDEN, STORE_READ_ONLY, STORE_LOCKED
 */
export function openSqliteStore(file: string, label: string, mode: StoreMode): FlagStore {
  const connection =
    mode.kind === "read"
      ? keepConnection(file, label, "ro")
      : keepConnection(file, label, "rw", setupFor(mode.kind === "sync" ? SYNC_WAIT_MS : APPLICATION_WAIT_MS));

  async function run<Result>(
    attempt: Attempt,
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

  async function apply(batch: SyncBatch): Promise<Head> {
    if (mode.kind === "sync") await prepareFile(file, mode.environment, label);
    return run(ATTEMPTS.apply, SYNC_WAIT_MS, (db) =>
      inTransaction(db, "BEGIN IMMEDIATE", () => {
        const isNew = mode.kind === "sync" && migrateInTransaction(db, mode.environment, label).created;
        return writeBatch(db, batch, isNew, label);
      }),
    );
  }

  try {
    readHead(connection.current(), label);
  } catch (thrown) {
    connection.close();
    const error = sqliteError(thrown, ATTEMPTS.open, label, file);
    if (!isToBeCreated(error, mode)) throw error;
  }
  const { watch, isPushing } = createWatches((onHint) => watchSqlite(file, onHint));
  return {
    label,
    ...commonQueries(
      (attempt, sql, ...values) => run(attempt, APPLICATION_WAIT_MS, (db) => db.all(sql, ...values)),
      DIALECT,
      isPushing,
    ),
    readHead: () => run(ATTEMPTS.readHead, APPLICATION_WAIT_MS, (db) => readHead(db, label)),
    read: (purpose) =>
      run(ATTEMPTS.readFlags, APPLICATION_WAIT_MS, (db) =>
        inTransaction(db, "BEGIN", () => readSnapshot(db, label, ALL_COLUMNS, undefined, purpose)),
      ),
    apply,
    watch,
    isPushing,
    close: async () => connection.close(),
  };
}
