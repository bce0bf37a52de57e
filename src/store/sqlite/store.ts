import { type Attempt, ATTEMPTS } from "../attempt.ts";
import { ALL_COLUMNS, EVALUATED_COLUMNS } from "../columns.ts";
import { commonQueries } from "../queries.ts";
import type { FlagStore } from "../store.ts";
import { writeBatch } from "./apply.ts";
import { keepConnection } from "./connection.ts";
import type { SqliteConnection } from "./driver.ts";
import { sqliteError } from "./errors.ts";
import { DIALECT, readHead, readSnapshot } from "./read.ts";
import { watchSqlite } from "./watch.ts";

/** The time that a sync waits for another writer. The wait blocks the process, which has nothing else to do. */
const SYNC_WAIT_MS = 5_000;
/** The time that a running application waits for another writer. It must not be blocked for long, and tries again later. */
const APPLICATION_WAIT_MS = 250;

/**
 * Opens a store in one SQLite file, which must exist and have flaghoist's tables.
 *
 * @throws FlagError STORE_MISSING, STORE_NEWER, STORE_CORRUPT, STORE_FORBIDDEN, STORE_READ_ONLY, STORE_LOCKED
 */
export function openSqliteStore(file: string, label: string, readOnly: boolean): FlagStore {
  const connection = readOnly
    ? keepConnection(file, label, "ro")
    : keepConnection(file, label, "rw", "PRAGMA synchronous = FULL");

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

  try {
    readHead(connection.current(), label);
  } catch (error) {
    connection.close();
    throw sqliteError(error, ATTEMPTS.open, label, file);
  }
  return {
    label,
    ...commonQueries(
      (attempt, sql, ...values) => run(attempt, APPLICATION_WAIT_MS, (db) => db.all(sql, ...values)),
      DIALECT,
    ),
    readHead: () => run(ATTEMPTS.readHead, APPLICATION_WAIT_MS, (db) => readHead(db, label)),
    read: (purpose) => {
      const columns = purpose === "evaluation" ? EVALUATED_COLUMNS : ALL_COLUMNS;
      return run(ATTEMPTS.readFlags, APPLICATION_WAIT_MS, (db) =>
        inTransaction(db, "BEGIN", () => readSnapshot(db, label, columns)),
      );
    },
    apply: (batch) =>
      run(ATTEMPTS.apply, SYNC_WAIT_MS, (db) =>
        inTransaction(db, "BEGIN IMMEDIATE", () => writeBatch(db, batch, label)),
      ),
    watch: (onHint) => watchSqlite(file, onHint),
    close: async () => connection.close(),
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
      // After some errors, SQLite has already rolled back. The caller needs the first error.
    }
    throw error;
  }
}
