import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FlagError } from "../core/errors.ts";
import type { Dialect } from "./address.ts";

/** The migrations in order; the nth leads to schema version n. Add at the end, and never edit a released migration. */
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

/** What `hoist db migrate` did. The version of a database without our tables is 0. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** The tables did not exist before. */
  readonly created: boolean;
}

/** What a database with our tables says about its schema. */
export interface SchemaState {
  readonly version: number;
  readonly environment: string;
  /** Checksums of the applied migrations. */
  readonly applied: readonly { readonly version: number; readonly checksum: string }[];
}

export const READ_SCHEMA = "SELECT schema_version AS version, environment FROM flaghoist_head";
export const READ_APPLIED = "SELECT version, checksum FROM flaghoist_migrations";
const RECORD_MIGRATION = "INSERT INTO flaghoist_migrations (version, name, checksum) VALUES (?, ?, ?)";
const CREATE_HEAD = "INSERT INTO flaghoist_head (environment, schema_version) VALUES (?, ?)";
const UPDATE_HEAD = "UPDATE flaghoist_head SET schema_version = ?";

export interface MigrationPlan {
  /** Statements to run in one transaction; without values, a statement may be several. Empty if there is nothing to do. */
  readonly statements: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  readonly report: MigrationReport;
}

/**
 * Plans what brings a database up to date.
 *
 * @param state  undefined if the database has none of our tables
 * @throws FlagError WRONG_DATABASE if it serves another environment, STORE_NEWER, or STORE_CORRUPT if an applied migration
 *   has another text than ours
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
 * Reads all migrations from the folder `migrations/` beside this file; a build copies that folder beside the bundle. Only
 * migrating reads them, never a client.
 */
function migrationsFor(dialect: Dialect): readonly Migration[] {
  return NAMES.map((name, index) => {
    const file = new URL(`./migrations/${dialect}/${name}.sql`, import.meta.url);
    // Line ends depend on git's settings.
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

/** @throws FlagError STORE_NEWER, or STORE_OUTDATED if migrations are missing */
export function checkReadable(version: number, label: string): void {
  checkNotNewer(version, label);
  if (version === SCHEMA_VERSION) return;
  const message = `${label} has schema version ${version}; this program needs ${SCHEMA_VERSION}`;
  throw new FlagError("STORE_OUTDATED", message, { hint: "run `hoist db migrate` or `hoist sync`" });
}

function checkNotNewer(version: number, label: string): void {
  if (version <= SCHEMA_VERSION) return;
  const message = `${label} has schema version ${version}; this program knows up to ${SCHEMA_VERSION}`;
  const hint = "update flaghoist to the release that migrated the database";
  throw new FlagError("STORE_NEWER", message, { hint });
}
