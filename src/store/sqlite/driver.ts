/* oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters --
   the text of a statement determines its columns: the caller states them as a type, as with pg's query<Row>() */
import type * as Engine from "node:sqlite";
import { pathToFileURL } from "node:url";

/** A connection to SQLite. All methods block, and throw SQLite's own errors. */
export interface SqliteConnection {
  /** Runs one or more statements without values. */
  exec(sql: string): void;
  /** Returns the first row. The type states what the statement selects; it is not checked. */
  get<Row extends object>(sql: string, ...values: SqliteValue[]): Row | undefined;
  /** Returns all rows. The type states what the statement selects; it is not checked. */
  all<Row extends object>(sql: string, ...values: SqliteValue[]): readonly Row[];
  /** Returns all rows, each as a list of its columns, which takes half the time for many rows and columns. */
  lists(sql: string, ...values: SqliteValue[]): readonly (readonly unknown[])[];
  /** Runs one statement and ignores its rows. */
  run(sql: string, ...values: SqliteValue[]): void;
  /** Sets how long statements wait for a lock, in milliseconds. */
  waitForLocks(ms: number): void;
  close(): void;
}

/** A value that can be passed to a statement. */
export type SqliteValue = string | number | null;

/**
 * Opens a database file. No other file uses `node:sqlite`, whose API is still changing.
 *
 * @param mode  ro: read only; rw: the file must exist; rwc: the file is created if it does not exist
 */
export function openSqlite(file: string, mode: "ro" | "rw" | "rwc"): SqliteConnection {
  const { DatabaseSync } = loadEngine();
  const address = pathToFileURL(file);
  address.searchParams.set("mode", mode);
  const db = connectionTo(new DatabaseSync(address, { readOnly: mode === "ro", timeout: 5_000 }));
  // The schema of a file may call only functions without side effects.
  db.exec("PRAGMA trusted_schema = OFF");
  return db;
}

/** Opens an empty database that ends with its connection. */
export function openInMemory(): SqliteConnection {
  const { DatabaseSync } = loadEngine();
  return connectionTo(new DatabaseSync(":memory:"));
}

/**
 * Runs work in a transaction, which is rolled back if the work throws.
 *
 * @param begin  BEGIN IMMEDIATE takes the lock for writing at once
 */
export function inTransaction<Result>(
  db: SqliteConnection,
  begin: "BEGIN" | "BEGIN IMMEDIATE",
  work: () => Result,
): Result {
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

function connectionTo(database: Engine.DatabaseSync): SqliteConnection {
  const prepared = new Map<string, Engine.StatementSync>();
  const prepare = (sql: string): Engine.StatementSync => {
    const made = database.prepare(sql);
    // Without this, reading one integer that a number cannot represent throws, and the other rows would be lost with it.
    made.setReadBigInts(true);
    return made;
  };
  const statement = (sql: string): Engine.StatementSync => {
    const known = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const listing = (sql: string): Engine.StatementSync => {
    const made = prepare(sql);
    made.setReturnArrays(true);
    return made;
  };
  return {
    exec: (sql) => database.exec(sql),
    get: <Row extends object>(sql: string, ...values: SqliteValue[]) =>
      withNumbers(statement(sql).get(...values)) as Row | undefined,
    all: <Row extends object>(sql: string, ...values: SqliteValue[]) =>
      statement(sql)
        .all(...values)
        .map(withNumbers) as Row[],
    lists: (sql, ...values) => (listing(sql).all(...values) as unknown as unknown[][]).map((list) => list.map(number)),
    run: (sql, ...values) => void statement(sql).run(...values),
    waitForLocks: (ms) => database.exec(`PRAGMA busy_timeout = ${Math.round(ms)}`),
    close: () => database.close(),
  };
}

function withNumbers(row: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return row && Object.fromEntries(Object.entries(row).map(([column, value]) => [column, number(value)]));
}

/** Converts an integer to a number. One that a number cannot represent becomes text, as in PostgreSQL's driver. */
function number(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const converted = Number(value);
  return Number.isSafeInteger(converted) ? converted : String(value);
}

/** Loads the engine without the warning of Node before 24.15 that SQLite is experimental. */
function loadEngine(): typeof Engine {
  const warn = process.emitWarning;
  process.emitWarning = (...args: unknown[]) => {
    if (!String(args[0]).startsWith("SQLite is an experimental feature")) Reflect.apply(warn, process, args);
  };
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = warn;
  }
}
