/* oxlint-disable typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters --
   a statement's text says which columns come back: the caller states it as the type, as with pg's query<Row>() */
import type * as Engine from "node:sqlite";
import { pathToFileURL } from "node:url";

/** The few things we ask of SQLite. All of them block, and throw what the engine throws. */
export interface SqliteConnection {
  /** One statement or several, without values. */
  exec(sql: string): void;
  /** The first row. Its type is what the statement says that it selects; nobody checks. */
  get<Row extends object>(sql: string, ...values: readonly SqliteValue[]): Row | undefined;
  all<Row extends object>(sql: string, ...values: readonly SqliteValue[]): readonly Row[];
  /** As `all`, each row as the list of its columns: half the time where there are many of both. */
  lists(sql: string, ...values: readonly SqliteValue[]): readonly (readonly unknown[])[];
  run(sql: string, ...values: readonly SqliteValue[]): void;
  /** How long statements wait for a lock, in milliseconds. */
  waitForLocks(ms: number): void;
  close(): void;
}

export type SqliteValue = string | number | null;

/**
 * Opens a database file. The only place that touches `node:sqlite`, whose names are still moving.
 *
 * @param mode  ro: never writes; rw: the file must exist; rwc: makes it
 */
export function openSqlite(file: string, mode: "ro" | "rw" | "rwc"): SqliteConnection {
  const { DatabaseSync } = loadEngine();
  const address = pathToFileURL(file);
  address.searchParams.set("mode", mode);
  return connectionTo(new DatabaseSync(address, { readOnly: mode === "ro", timeout: 5_000 }));
}

function connectionTo(database: Engine.DatabaseSync): SqliteConnection {
  const prepared = new Map<string, Engine.StatementSync>();
  const statement = (sql: string): Engine.StatementSync => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const listing = (sql: string): Engine.StatementSync => {
    const made = database.prepare(sql);
    made.setReturnArrays(true);
    return made;
  };
  const input = (values: readonly SqliteValue[]): Engine.SQLInputValue[] => [...values];
  return {
    exec: (sql) => database.exec(sql),
    get: <Row extends object>(sql: string, ...values: readonly SqliteValue[]) =>
      statement(sql).get(...input(values)) as Row | undefined,
    all: <Row extends object>(sql: string, ...values: readonly SqliteValue[]) =>
      statement(sql).all(...input(values)) as Row[],
    lists: (sql, ...values) => listing(sql).all(...input(values)) as unknown as unknown[][],
    run: (sql, ...values) => void statement(sql).run(...input(values)),
    waitForLocks: (ms) => database.exec(`PRAGMA busy_timeout = ${Math.round(ms)}`),
    close: () => database.close(),
  };
}

/** Node before 24.15 warns that SQLite is experimental, on every start: not what a caller of ours can act on. */
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
