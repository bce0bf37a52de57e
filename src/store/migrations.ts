import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FlagError } from "../core/errors.ts";
import type { Dialect } from "./address.ts";
import { MIGRATIONS } from "./migration-list.ts";

/** The schema version that this program creates and writes: the number of its newest migration. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;
/** The oldest schema version that this program can read. A sync brings it up to date; all other commands and clients use it as it is. */
const OLDEST_READABLE: number = SCHEMA_VERSION - 1;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly oldestReader: number;
  readonly sql: string;
  /** The SHA-256 of the text, which reveals an edited migration. */
  readonly checksum: string;
}

/** The result of a migration: schema versions before and after. A database without flaghoist's tables has version 0. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** Whether the migration created the tables. */
  readonly created: boolean;
}

/** The compatibility of a database's schema. */
export interface SchemaVersion {
  /** The number of the newest applied migration. */
  readonly version: number;
  /** The oldest schema version whose programs can use the database. */
  readonly oldestReader: number;
}

/** The schema of a database that has flaghoist's tables. */
export interface SchemaState extends SchemaVersion {
  readonly environment: string;
  /** Checksums of the applied migrations. */
  readonly applied: readonly { readonly version: number; readonly checksum: string }[];
}

/** Holds the SQL that selects the schema version and the environment of a database. */
export const READ_SCHEMA = `SELECT environment, schema_version AS "oldestReader",
  (SELECT max(version) FROM flaghoist_migrations) AS version FROM flaghoist_head`;
/** Holds the SQL that selects the applied migrations. */
export const READ_APPLIED = "SELECT version, checksum FROM flaghoist_migrations";
const RECORD_MIGRATION =
  "INSERT INTO flaghoist_migrations (version, name, checksum, oldest_reader) VALUES (?, ?, ?, ?)";
const CREATE_HEAD = "INSERT INTO flaghoist_head (environment, schema_version, migration) VALUES (?, ?, ?)";
const UPDATE_HEAD = "UPDATE flaghoist_head SET schema_version = ?, migration = ?";

/** The statements of a migration, and the report of their effect. */
export interface MigrationPlan {
  /** Statements to run in one transaction. The SQL of an entry without values may contain several. Empty if the schema is up to date. */
  readonly statements: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  readonly report: MigrationReport;
}

/**
 * Returns the statements that bring a database up to date. A newer schema that supports this program needs none.
 *
 * @param state   undefined if the database does not have flaghoist's tables
 * @param schema  the schema of the tables as SQL writes it, which the migrations insert for `{schema}`
 * @throws FlagError WRONG_DATABASE if it serves a different environment, STORE_NEWER, or STORE_CORRUPT if the text of
 *   an applied migration has changed
 */
export function planMigration(
  dialect: Dialect,
  state: SchemaState | undefined,
  schema: string,
  environment: string,
  label: string,
): MigrationPlan {
  const migrations = migrationsFor(dialect);
  if (state !== undefined) checkMigratable(state, migrations, environment, label);
  const from = state?.version ?? 0;
  const to = Math.max(from, SCHEMA_VERSION);
  const report: MigrationReport = { from, to, created: state === undefined };
  if (from === to) return { statements: [], report };
  const missing = migrations.slice(from);
  // Recorded after all of them: the first migration does not know every column of the record.
  const applied = missing.map(({ sql }) => ({ sql: sql.replaceAll("{schema}", schema), values: [] }));
  const records = missing.map(({ version, name, checksum, oldestReader }) => ({
    sql: RECORD_MIGRATION,
    values: [version, name, checksum, oldestReader],
  }));
  const oldestReader = migrations.at(-1)?.oldestReader ?? SCHEMA_VERSION;
  const head =
    state === undefined
      ? { sql: CREATE_HEAD, values: [environment, oldestReader, SCHEMA_VERSION] }
      : { sql: UPDATE_HEAD, values: [oldestReader, SCHEMA_VERSION] };
  return { statements: [...applied, ...records, head], report };
}

/*
 * To add a migration, put a file for each engine into migrations/, with the oldest schema version that can use the result in its
 * first line, and run `npm run generate`. Never edit a released migration.
 *
 * A migration that adds a column to `feature_toggles`:
 * - makes it nullable, because existing rows, and the values in their column `synced`, have no value for it;
 * - in SQLite, drops and recreates the view `flaghoist_state` with it: the view lists every column, and the audit does not show a
 *   column that is missing there. In PostgreSQL, the function of that name takes the whole row.
 *
 * A change to the new column counts as a change of answers, unless `PROSE_GROUPS` in core/row/row.ts names the column's group.
 */

/**
 * Reads all migrations from the folder `migrations/` next to this file; a build copies that folder next to the bundle. A client
 * never reads them.
 */
function migrationsFor(dialect: Dialect): readonly Migration[] {
  return MIGRATIONS.map(({ name, oldestReader }, index) => {
    const file = new URL(`./migrations/${dialect}/${name}.sql`, import.meta.url);
    // Line endings depend on git's settings.
    const sql = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    const checksum = createHash("sha256").update(sql).digest("hex");
    return { version: index + 1, name, oldestReader, sql, checksum };
  });
}

function checkMigratable(state: SchemaState, migrations: readonly Migration[], environment: string, label: string) {
  const { environment: served, applied } = state;
  if (served !== environment) {
    const hint = `use --env ${served}, or another --database: one database serves one environment`;
    throw new FlagError("WRONG_DATABASE", `${label} serves ${served}, not ${environment}`, { hint });
  }
  checkNotNewer(state, label);
  const checksums = new Map(applied.map((each) => [each.version, each.checksum]));
  const edited = migrations.find((each) => (checksums.get(each.version) ?? each.checksum) !== each.checksum);
  if (edited === undefined) return;
  throw new FlagError("STORE_CORRUPT", `${label}: migration ${edited.name} has changed since it was applied`, {
    hint: "a released migration must not be edited: install the release that created this database, or restore the migration file",
  });
}

/**
 * Checks that this program can use a database: a newer one that supports it, one of the same schema version, or one that is
 * one version older.
 *
 * @throws FlagError STORE_NEWER or STORE_OUTDATED
 */
export function checkReadable(schema: SchemaVersion, label: string): void {
  checkNotNewer(schema, label);
  const { version } = schema;
  if (version >= OLDEST_READABLE) return;
  const message = `${label} has schema version ${version}; this program needs at least ${OLDEST_READABLE}`;
  throw new FlagError("STORE_OUTDATED", message, { hint: "run `hoist db migrate` or `hoist sync`" });
}

function checkNotNewer({ version, oldestReader }: SchemaVersion, label: string): void {
  if (oldestReader <= SCHEMA_VERSION) return;
  const message = `${label} has schema version ${Math.max(version, oldestReader)}, which programs of schema version ${oldestReader} or later can use; this program has ${SCHEMA_VERSION}`;
  throw new FlagError("STORE_NEWER", message, { hint: "update flaghoist to the release that migrated the database" });
}
