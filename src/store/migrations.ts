import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FlagError } from "../core/errors.ts";
import type { Dialect } from "./address.ts";

/**
 * Lists the migrations in order; the nth migration leads to schema version n. Add new ones at the end, each with a file for every
 * engine, and never edit a released migration. The list is not read from the folder, because a client that an application has
 * bundled needs the schema version and does not have the folder. A test compares the two.
 *
 * A migration that adds a column to `feature_toggles`:
 * - makes it nullable, because existing rows, and the values in their column `synced`, have no value for it;
 * - in SQLite, drops and recreates the view `flaghoist_state` with it: the view lists every column, and the audit does not show a
 *   column that is missing there. In PostgreSQL, the function of that name takes the whole row.
 *
 * A change to the new column counts as a change of answers, unless `PROSE_GROUPS` in core/row/row.ts names the column's group.
 */
const NAMES = ["0001_initial"] as const;

/** The schema version that this program reads and writes. */
const SCHEMA_VERSION: number = NAMES.length;

interface Migration {
  readonly version: number;
  readonly name: string;
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

/** The schema of a database that has flaghoist's tables. */
export interface SchemaState {
  readonly version: number;
  readonly environment: string;
  /** Checksums of the applied migrations. */
  readonly applied: readonly { readonly version: number; readonly checksum: string }[];
}

/** Holds the SQL that selects the schema version and the environment of a database. */
export const READ_SCHEMA = "SELECT schema_version AS version, environment FROM flaghoist_head";
/** Holds the SQL that selects the applied migrations. */
export const READ_APPLIED = "SELECT version, checksum FROM flaghoist_migrations";
const RECORD_MIGRATION = "INSERT INTO flaghoist_migrations (version, name, checksum) VALUES (?, ?, ?)";
const CREATE_HEAD = "INSERT INTO flaghoist_head (environment, schema_version) VALUES (?, ?)";
const UPDATE_HEAD = "UPDATE flaghoist_head SET schema_version = ?";

/** The statements of a migration, and the report of their effect. */
export interface MigrationPlan {
  /** Statements to run in one transaction. The SQL of an entry without values may contain several. Empty if the schema is up to date. */
  readonly statements: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  readonly report: MigrationReport;
}

/**
 * Returns the statements that bring a database up to date.
 *
 * @param state  undefined if the database does not have flaghoist's tables
 * @throws FlagError WRONG_DATABASE if it serves a different environment, STORE_NEWER, or STORE_CORRUPT if the text of
 *   an applied migration has changed
 */
export function planMigration(
  dialect: Dialect,
  state: SchemaState | undefined,
  environment: string,
  label: string,
): MigrationPlan {
  const migrations = migrationsFor(dialect);
  if (state !== undefined) checkMigratable(state, migrations, environment, label);
  const from = state?.version ?? 0;
  const report: MigrationReport = { from, to: SCHEMA_VERSION, created: state === undefined };
  if (from === SCHEMA_VERSION) return { statements: [], report };
  const applied = migrations.slice(from).flatMap(({ version, name, sql, checksum }) => [
    { sql, values: [] },
    { sql: RECORD_MIGRATION, values: [version, name, checksum] },
  ]);
  const head =
    state === undefined
      ? { sql: CREATE_HEAD, values: [environment, SCHEMA_VERSION] }
      : { sql: UPDATE_HEAD, values: [SCHEMA_VERSION] };
  return { statements: [...applied, head], report };
}

/**
 * Reads all migrations from the folder `migrations/` next to this file; a build copies that folder next to the bundle. A client
 * never reads them.
 */
function migrationsFor(dialect: Dialect): readonly Migration[] {
  return NAMES.map((name, index) => {
    const file = new URL(`./migrations/${dialect}/${name}.sql`, import.meta.url);
    // Line endings depend on git's settings.
    const sql = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    return { version: index + 1, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

function checkMigratable(
  { environment: served, version, applied }: SchemaState,
  migrations: readonly Migration[],
  environment: string,
  label: string,
): void {
  if (served !== environment) {
    const hint = `use --env ${served}, or another --database: one database serves one environment`;
    throw new FlagError("WRONG_DATABASE", `${label} serves ${served}, not ${environment}`, { hint });
  }
  checkNotNewer(version, label);
  const checksums = new Map(applied.map((each) => [each.version, each.checksum]));
  const edited = migrations.find((each) => (checksums.get(each.version) ?? each.checksum) !== each.checksum);
  if (edited === undefined) return;
  throw new FlagError("STORE_CORRUPT", `${label}: migration ${edited.name} has changed since it was applied`, {
    hint: "a released migration must not be edited: install the release that created this database, or restore the migration file",
  });
}

/** Checks that this program can read a schema version. @throws FlagError STORE_NEWER, or STORE_OUTDATED if migrations are missing */
export function checkReadable(version: number, label: string): void {
  checkNotNewer(version, label);
  if (version === SCHEMA_VERSION) return;
  const message = `${label} has schema version ${version}; this program needs ${SCHEMA_VERSION}`;
  throw new FlagError("STORE_OUTDATED", message, { hint: "run `hoist db migrate` or `hoist sync`" });
}

function checkNotNewer(version: number, label: string): void {
  if (version <= SCHEMA_VERSION) return;
  const message = `${label} has schema version ${version}; this program supports at most ${SCHEMA_VERSION}`;
  const hint = "update flaghoist to the release that migrated the database";
  throw new FlagError("STORE_NEWER", message, { hint });
}
