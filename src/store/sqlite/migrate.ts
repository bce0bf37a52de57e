import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ATTEMPTS } from "../attempt.ts";
import {
  type MigrationPlan,
  type MigrationReport,
  planMigration,
  READ_APPLIED,
  READ_SCHEMA,
  type SchemaState,
} from "../migrations.ts";
import { openSqlite, type SqliteConnection } from "./driver.ts";
import { sqliteError } from "./errors.ts";

/** Limits how often the switch to WAL mode is tried, at intervals of 25 to 50 ms. */
const MAX_WAL_TRIES = 120;

/** Creates the folder, the file and its tables, or brings them up to date. Several processes may call it at the same time. */
export async function migrateSqlite(file: string, environment: string, label: string): Promise<MigrationReport> {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const db = openSqlite(file, "rwc");
    try {
      const plan = (): MigrationPlan => planMigration("sqlite", stateOf(db), environment, label);
      // Checked before the lock is taken: a database that is up to date needs no write access.
      const { statements, report } = plan();
      if (statements.length === 0) return report;
      await useWal(db);
      return migrate(db, plan);
    } finally {
      db.close();
    }
  } catch (error) {
    throw sqliteError(fileSystemError(error), ATTEMPTS.migrate, label, file);
  }
}

/** @param plan  called again under the lock, because another process may have migrated in the meantime */
function migrate(db: SqliteConnection, plan: () => MigrationPlan): MigrationReport {
  db.exec("BEGIN IMMEDIATE");
  try {
    const { statements, report } = plan();
    for (const { sql, values } of statements) {
      if (values.length === 0) db.exec(sql);
      else db.run(sql, ...values);
    }
    db.exec("COMMIT");
    return report;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** Reads the state of the schema. Returns undefined if the tables do not exist yet. */
function stateOf(db: SqliteConnection): SchemaState | undefined {
  if (!db.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'flaghoist_head'")) return undefined;
  const schema = db.get<Omit<SchemaState, "applied">>(READ_SCHEMA);
  return schema && { ...schema, applied: db.all(READ_APPLIED) };
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
