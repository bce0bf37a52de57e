import { ATTEMPTS } from "../attempt.ts";
import { type CheckReport, type Deviation, deviation } from "../check.ts";
import { FlagError } from "../../core/errors.ts";
import { openInMemory, openSqlite, type SqliteConnection } from "./driver.ts";
import { checkFile, sqliteError } from "./errors.ts";
import { migrateInTransaction, planFor } from "./migrate.ts";
import { checkTables } from "./tables.ts";

/** Compares tables, indexes, views and triggers of a file with those of a new database. Changes nothing. */
export async function checkSqlite(file: string, environment: string, label: string): Promise<CheckReport> {
  try {
    checkFile(file, label);
    const db = openSqlite(file, "ro");
    try {
      checkTables(db, label, file);
      return { label, deviations: deviationsIn(db, environment, label) };
    } finally {
      db.close();
    }
  } catch (error) {
    throw sqliteError(error, ATTEMPTS.check, label, file);
  }
}

function deviationsIn(db: SqliteConnection, environment: string, label: string): readonly Deviation[] {
  const { statements, report } = planFor(db, environment, label);
  if (report.created) {
    throw new FlagError("STORE_MISSING", `${label} does not have flaghoist's tables`, {
      hint: "run `hoist db migrate`",
    });
  }
  if (statements.length > 0) {
    const command = `hoist db migrate --env ${environment}`;
    return [deviation("schema", "main", `schema version ${report.from}`, "the newest schema version", command)];
  }
  const expected = expectedObjects(environment, label);
  const found = objectsIn(db);
  return [
    ...expected.flatMap((object) => checkObject(object, found)),
    ...foreignTriggers(expected, found),
    ...checkActor(db),
  ];
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

function objectsIn(db: SqliteConnection): readonly SchemaObject[] {
  return db.all<SchemaObject>(
    "SELECT type, name, tbl_name AS \"table\", sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
  );
}

function expectedObjects(environment: string, label: string): readonly SchemaObject[] {
  const db = openInMemory();
  try {
    migrateInTransaction(db, environment, label);
    return objectsIn(db);
  } finally {
    db.close();
  }
}

function checkObject(expected: SchemaObject, found: readonly SchemaObject[]): readonly Deviation[] {
  const { type, name, sql } = expected;
  const kind = type === "trigger" ? "trigger" : "table";
  const own = found.find((object) => object.type === type && object.name === name);
  if (own?.sql === sql) return [];
  const drop = own === undefined ? "" : `DROP ${type.toUpperCase()} ${name}; `;
  const correction = type === "table" ? "restore the file from a backup" : `${drop}${sql}`;
  const difference = own === undefined ? "missing" : "a different definition";
  return [deviation(kind, name, difference, `the ${type} that the migrations create`, correction)];
}

/** Returns a deviation for each foreign trigger on a table that the migrations create. Other tables in the same file are not checked. */
function foreignTriggers(expected: readonly SchemaObject[], found: readonly SchemaObject[]): readonly Deviation[] {
  const tables = new Set(expected.map(({ table }) => table));
  const known = new Set(expected.map(({ name }) => name));
  return found
    .filter(({ type, name, table }) => type === "trigger" && tables.has(table) && !known.has(name))
    .map(({ name, table }) => {
      const drop = `DROP TRIGGER "${name.replaceAll('"', '""')}"`;
      return deviation(
        "trigger",
        `${name} on ${table}`,
        "a trigger that flaghoist did not create",
        "no such trigger",
        drop,
      );
    });
}

function checkActor(db: SqliteConnection): readonly Deviation[] {
  const rows = db.all<{ readonly changed_by: string | null }>("SELECT changed_by FROM flaghoist_actor");
  if (rows.length === 0) {
    return [deviation("actor", "flaghoist_actor", "no row", "one row", "INSERT INTO flaghoist_actor DEFAULT VALUES")];
  }
  if (rows[0]?.changed_by === null) return [];
  const update = "UPDATE flaghoist_actor SET changed_by = NULL, notes = NULL, commit_sha = NULL";
  return [deviation("actor", "flaghoist_actor", "an author outside a sync", "an empty row", update)];
}
