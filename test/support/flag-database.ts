import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, onTestFinished } from "vitest";
import { openSqlite } from "../../src/store/sqlite/driver.ts";
import { describePostgres, freshDatabase, onServer, typeInPsql } from "./postgres.ts";
import { fileUrl, freshFile, typeInSqlite } from "./sqlite.ts";

const run = promisify(execFile);

/** A complete row as the database returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** A database of flags. A sync creates its tables. */
export interface FlagDatabase {
  readonly url: string;
  /**
   * Runs statements in the database's own shell, as an operator would, and returns its output.
   *
   * @throws Error with the shell's message
   */
  type(sql: string): Promise<string>;
  /** Returns the rows of one query. */
  rows(sql: string): Promise<readonly Row[]>;
  /** Returns a copy of the database, including time stamps. No other connection may be open. */
  copy(): Promise<FlagDatabase>;
  /** Makes a backup with the database's own tools. The returned function restores it in place, under running programs. */
  backup(): Promise<() => Promise<void>>;
  /** Returns a function whose result changes with every later write of a row, even if the write changes no value. */
  writeMark(): Promise<() => Promise<unknown>>;
  /** Resolves when all other connections have ended, because the last statement of a killed process may still run. */
  quiet(): Promise<void>;
}

export interface FlagDatabaseEngine {
  readonly name: "SQLite" | "PostgreSQL";
  /** The author that the audit records for a manual change. */
  readonly byHand: string;
  /** Returns a new database without tables. */
  fresh(): Promise<FlagDatabase>;
}

export const SQLITE: FlagDatabaseEngine = { name: "SQLite", byHand: "sql", fresh: async () => sqliteAt(freshFile()) };
export const POSTGRES: FlagDatabaseEngine = {
  name: "PostgreSQL",
  byHand: "postgres@psql",
  fresh: async () => postgresAt(await freshDatabase()),
};

/** Defines the same tests for both engines. */
export function onEveryEngine(tests: (engine: FlagDatabaseEngine) => void): void {
  describe("SQLite", () => {
    tests(SQLITE);
  });
  describePostgres("PostgreSQL", () => {
    tests(POSTGRES);
  });
}

/** Lists the tables that a sync writes, with the order of their rows. */
const TABLES = [
  ["flaghoist_head", "one"],
  ["flaghoist_actor", "one"],
  ["feature_toggles", "feature_key"],
  ["feature_toggle_audit", "id"],
  ["flaghoist_syncs", "id"],
] as const;

/** Returns everything that a sync writes, without ids and times, which differ in every run. */
export async function contentOf(database: FlagDatabase): Promise<Readonly<Record<string, readonly Row[]>>> {
  const content: Record<string, readonly Row[]> = {};
  for (const [table, order] of TABLES) {
    const rows = await database.rows(`SELECT * FROM ${table} ORDER BY ${order}`);
    content[table] = rows.map((row) => ({ ...row, ...withoutMoments(row) }));
  }
  return content;
}

const OF_THE_MOMENT = [
  "id",
  "toggle_id",
  "sync_id",
  "updated_at",
  "created_at",
  "changed_at",
  "synced_at",
  "transaction",
];

function withoutMoments(row: Row): Row {
  const stated = OF_THE_MOMENT.filter((column) => column in row).map((column) => [column, "…"]);
  const states = ["old_state", "new_state"].filter((column) => row[column] !== undefined && row[column] !== null);
  const read = states.map((column) => [column, { ...stateOf(row[column]), id: "…", archived_at: "…" }]);
  return { ...Object.fromEntries([...stated, ...read]), ...archived(row) };
}

function stateOf(value: unknown): Row {
  return (typeof value === "string" ? JSON.parse(value) : value) as Row;
}

function archived(row: Row): Row {
  return "archived_at" in row ? { archived_at: row["archived_at"] === null ? null : "…" } : {};
}

function sqliteAt(file: string): FlagDatabase {
  return {
    url: fileUrl(file),
    type: (sql) => typeInSqlite(file, sql),
    rows: async (sql) => {
      const db = openSqlite(file, "ro");
      try {
        return db.all<Row>(sql).map((row) => ({ ...row }));
      } finally {
        db.close();
      }
    },
    copy: async () => {
      // Whatever still stands in the write-ahead log goes into the file first.
      await typeInSqlite(file, "PRAGMA wal_checkpoint(TRUNCATE)");
      const other = freshFile();
      copyFileSync(file, other);
      return sqliteAt(other);
    },
    backup: async () => {
      const saved = freshFile();
      await typeInSqlite(file, `.backup '${saved}'`);
      return async () => void (await typeInSqlite(file, `.restore '${saved}'`));
    },
    writeMark: async () => {
      const db = openSqlite(file, "ro");
      onTestFinished(() => db.close());
      // Moves with every commit of another connection.
      return async () => db.get("PRAGMA data_version");
    },
    quiet: async () => {},
  };
}

function postgresAt(url: string): FlagDatabase {
  return {
    url,
    type: (sql) => typeInPsql(url, sql),
    rows: async (sql) => (await onServer(url, sql)).rows as Row[],
    copy: async () => postgresAt(await freshDatabase(new URL(url).pathname.slice(1))),
    backup: async () => {
      const { stdout: dump } = await run("pg_dump", ["--clean", "--if-exists", url], { maxBuffer: 100_000_000 });
      const file = freshFile("dump.sql");
      writeFileSync(file, dump);
      return async () => void (await run("psql", ["-Xq1", "-v", "ON_ERROR_STOP=1", "-f", file, url]));
    },
    writeMark: async () => async () => {
      const each = TABLES.map(([table]) => `SELECT '${table}' AS name, ctid::text, xmin::text FROM ${table}`);
      return (await onServer(url, `${each.join(" UNION ALL ")} ORDER BY 1, 2`)).rows;
    },
    quiet: async () => {
      const others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
      while ((await onServer(url, others)).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
