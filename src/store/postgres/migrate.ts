import type { Client } from "pg";
import {
  checkApplied,
  checkMigratable,
  type MigrationReport,
  migrationsFor,
  SCHEMA_VERSION,
  type SchemaState,
} from "../migrations.ts";
import { abandon, connectClient } from "./driver.ts";
import { postgresError } from "./errors.ts";

/** Any number; it must only be the same in every release. */
const LOCK = 7_041_776_001;
const ATTEMPT = {
  what: "migrating",
  rights: "CREATE ON SCHEMA public (or SELECT ON flaghoist_head, flaghoist_migrations)",
};

/** Makes the tables in the first schema of the search path, or brings them up to date. Any number may do so at once. */
export async function migratePostgres(url: string, environment: string, label: string): Promise<MigrationReport> {
  let client: Client | undefined;
  try {
    client = await connectClient(url, "sync");
    const before = await stateOf(client);
    if (before) checkMigratable(before, environment, label);
    // Nothing to do is asked first: it needs no right to change tables, which sync's role does not have.
    if (before?.version === SCHEMA_VERSION) {
      checkApplied(await appliedIn(client), migrationsFor("postgres"), label);
      return { from: SCHEMA_VERSION, to: SCHEMA_VERSION, created: false };
    }
    return await migrate(client, environment, label);
  } catch (error) {
    throw postgresError(error, ATTEMPT, url, label);
  } finally {
    if (client) abandon(client);
  }
}

async function migrate(client: Client, environment: string, label: string): Promise<MigrationReport> {
  await client.query("BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '30s'");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    // Again: another process may have been faster.
    const state = await stateOf(client);
    if (state) checkMigratable(state, environment, label);
    const from = state?.version ?? 0;
    const migrations = migrationsFor("postgres");
    if (state) checkApplied(await appliedIn(client), migrations, label);
    // The functions keep this path, so that nobody can slip them tables of another schema.
    await client.query("SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)");
    for (const { version, name, sql, checksum } of migrations.slice(from)) {
      await client.query(sql);
      const insert = "INSERT INTO flaghoist_migrations (version, name, checksum) VALUES ($1, $2, $3)";
      await client.query(insert, [version, name, checksum]);
    }
    if (state) await client.query("UPDATE flaghoist_head SET schema_version = $1", [SCHEMA_VERSION]);
    else {
      const insert = "INSERT INTO flaghoist_head (environment, schema_version) VALUES ($1, $2)";
      await client.query(insert, [environment, SCHEMA_VERSION]);
    }
    await client.query("COMMIT");
    return { from, to: SCHEMA_VERSION, created: !state };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Undefined where the tables are not there yet. */
async function stateOf(client: Client): Promise<SchemaState | undefined> {
  // Not to_regclass: it answers from a cache that an advisory lock does not refresh, and would miss what a faster process
  // has just made.
  const { rowCount } = await client.query(
    "SELECT 1 FROM pg_class WHERE relname = 'flaghoist_head' AND relkind = 'r' AND pg_table_is_visible(oid)",
  );
  if (rowCount === 0) return undefined;
  const { rows } = await client.query<SchemaState>("SELECT schema_version AS version, environment FROM flaghoist_head");
  return rows[0];
}

async function appliedIn(client: Client): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ version: number; checksum: string }>(
    "SELECT version, checksum FROM flaghoist_migrations",
  );
  return new Map(rows.map(({ version, checksum }) => [version, checksum]));
}
