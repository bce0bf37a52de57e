import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  checkApplied,
  checkMigratable,
  type MigrationReport,
  migrationsFor,
  SCHEMA_VERSION,
  type SchemaState,
} from "../migrations.ts";
import { openSqlite, type SqliteConnection } from "./driver.ts";
import { sqliteError } from "./errors.ts";

/** How often taking the lock is tried before it is given up: each try waits 5 s itself. */
const TRIES = 6;

/** Makes the folder, the file and its tables, or brings them up to date. Any number of processes may do so at once. */
export async function migrateSqlite(file: string, environment: string, label: string): Promise<MigrationReport> {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const connection = openSqlite(file, "rwc");
    try {
      const before = stateOf(connection);
      if (before) checkMigratable(before, environment, label);
      // Nothing to do is asked first: it needs no right to write.
      if (before?.version === SCHEMA_VERSION) {
        checkApplied(appliedIn(connection), migrationsFor("sqlite"), label);
        return { from: SCHEMA_VERSION, to: SCHEMA_VERSION, created: false };
      }
      await useWal(connection);
      return migrate(connection, environment, label);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw sqliteError(fileSystemError(error), "migrating", label, file);
  }
}

function migrate(connection: SqliteConnection, environment: string, label: string): MigrationReport {
  connection.exec("BEGIN IMMEDIATE");
  try {
    // Again: another process may have been faster.
    const state = stateOf(connection);
    if (state) checkMigratable(state, environment, label);
    const from = state?.version ?? 0;
    const migrations = migrationsFor("sqlite");
    if (state) checkApplied(appliedIn(connection), migrations, label);
    for (const { version, name, sql, checksum } of migrations.slice(from)) {
      connection.exec(sql);
      connection.run(
        "INSERT INTO flaghoist_migrations (version, name, checksum) VALUES (?, ?, ?)",
        version,
        name,
        checksum,
      );
    }
    if (!state) {
      connection.run(
        "INSERT INTO flaghoist_head (environment, schema_version) VALUES (?, ?)",
        environment,
        SCHEMA_VERSION,
      );
    } else connection.run("UPDATE flaghoist_head SET schema_version = ?", SCHEMA_VERSION);
    connection.exec("COMMIT");
    return { from, to: SCHEMA_VERSION, created: !state };
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}

/** Undefined where the tables are not there yet. */
function stateOf(connection: SqliteConnection): SchemaState | undefined {
  if (!connection.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'flaghoist_head'")) return undefined;
  return connection.get<SchemaState>("SELECT schema_version AS version, environment FROM flaghoist_head");
}

function appliedIn(connection: SqliteConnection): ReadonlyMap<number, string> {
  type Applied = { readonly version: number; readonly checksum: string };
  const rows = connection.all<Applied>("SELECT version, checksum FROM flaghoist_migrations");
  return new Map(rows.map(({ version, checksum }) => [version, checksum]));
}

/** The switch to WAL ignores the lock timeout when several processes make it at once, so it is tried again. */
async function useWal(connection: SqliteConnection): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      connection.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (tries === TRIES * 20 || !isBusy(error)) throw error;
      await delay(25 + Math.random() * 25);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && Number(error.errcode) % 256 === 5;
}

/** The folder could not be made: told as SQLite tells of a file that cannot be opened. */
function fileSystemError(error: unknown): unknown {
  const isOurs = error instanceof Error && "syscall" in error && !("errcode" in error);
  return isOurs ? Object.assign(new Error(error.message, { cause: error }), { errcode: 14 }) : error;
}
