import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ATTEMPTS } from "../attempt.ts";
import { headMissing } from "../head.ts";
import {
  type MigrationPlan,
  type MigrationReport,
  planMigration,
  READ_APPLIED,
  READ_SCHEMA,
  type SchemaState,
} from "../migrations.ts";
import { inTransaction, openSqlite, type SqliteConnection } from "./driver.ts";
import { sqliteError } from "./errors.ts";
import { checkTables } from "./tables.ts";

/** Limits how often the switch to WAL mode is tried, at intervals of 25 to 50 ms. */
const MAX_WAL_TRIES = 120;
/** Only the account that created a database may read it. Its -wal and -shm files get the same mode from SQLite. */
const NEW_FILE_MODE = 0o600;

/** Creates the folder, the file and its tables, or brings them up to date. Several processes may call it at the same time. */
export async function migrateSqlite(file: string, environment: string, label: string): Promise<MigrationReport> {
  try {
    const db = createFile(file);
    try {
      checkTables(db, label, file);
      // Checked before the lock is taken: a database that is up to date needs no write access.
      const { statements, report } = planFor(db, environment, label);
      if (statements.length === 0) return report;
      await useWal(db);
      return inTransaction(db, "BEGIN IMMEDIATE", () => migrateInTransaction(db, environment, label));
    } finally {
      db.close();
    }
  } catch (error) {
    throw sqliteError(fileSystemError(error), ATTEMPTS.migrate, label, file);
  }
}

/** Creates the folder and the file for {@link migrateInTransaction}, which cannot switch to WAL mode itself. */
export async function prepareFile(file: string, environment: string, label: string): Promise<void> {
  try {
    const db = createFile(file);
    try {
      checkTables(db, label, file);
      if (planFor(db, environment, label).statements.length > 0) await useWal(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw sqliteError(fileSystemError(error), ATTEMPTS.migrate, label, file);
  }
}

/** Creates or migrates the tables in the transaction of the caller, which has taken the lock. */
export function migrateInTransaction(db: SqliteConnection, environment: string, label: string): MigrationReport {
  const { statements, report } = planFor(db, environment, label);
  for (const { sql, values } of statements) {
    if (values.length === 0) db.exec(sql);
    else db.run(sql, ...values);
  }
  return report;
}

/** Returns the statements that bring a database up to date. */
export function planFor(db: SqliteConnection, environment: string, label: string): MigrationPlan {
  return planMigration("sqlite", stateOf(db, label), "main", environment, label);
}

/** Reads the state of the schema. Returns undefined if the tables do not exist yet. */
function stateOf(db: SqliteConnection, label: string): SchemaState | undefined {
  if (!db.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'flaghoist_head'")) return undefined;
  const schema = db.get<Omit<SchemaState, "applied">>(READ_SCHEMA);
  if (schema === undefined) throw headMissing(label);
  return { ...schema, applied: db.all(READ_APPLIED) };
}

function createFile(file: string): SqliteConnection {
  mkdirSync(dirname(file), { recursive: true });
  try {
    closeSync(openSync(file, "wx", NEW_FILE_MODE));
  } catch (error) {
    // An existing file keeps its mode. SQLite reports what else is wrong.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  return openSqlite(file, "rw");
}

/** Switches to WAL mode. The switch is retried, because it ignores the lock timeout when several processes switch at the same time. */
async function useWal(db: SqliteConnection): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (tries === MAX_WAL_TRIES || !isBusy(error)) throw error;
      await delay(25 + Math.random() * 25);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && Number(error.errcode) % 256 === 5;
}

/** Converts the error of a folder that cannot be created to SQLite's error for a file that cannot be opened. */
function fileSystemError(error: unknown): unknown {
  const isOurs = error instanceof Error && "syscall" in error && !("errcode" in error);
  return isOurs ? Object.assign(new Error(error.message, { cause: error }), { errcode: 14 }) : error;
}
