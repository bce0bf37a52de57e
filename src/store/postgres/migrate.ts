import type { Client } from "pg";
import { ATTEMPTS } from "../attempt.ts";
import {
  type MigrationPlan,
  type MigrationReport,
  planMigration,
  READ_APPLIED,
  READ_SCHEMA,
  type SchemaState,
} from "../migrations.ts";
import { abandon, connectClient, numbered } from "./driver.ts";
import { postgresError } from "./errors.ts";

/** The key of the advisory lock. It may be any number, but must be the same in every release. */
const LOCK = 7_041_776_001;

/**
 * Creates the tables in the first schema of the search path, or brings them up to date. Several processes may call it at the
 * same time.
 */
export async function migratePostgres(url: string, environment: string, label: string): Promise<MigrationReport> {
  let client: Client | undefined;
  try {
    const connected = await connectClient(url, "sync");
    client = connected;
    const plan = async (): Promise<MigrationPlan> =>
      planMigration("postgres", await stateOf(connected), environment, label);
    // Checked before the lock is taken: the sync role has no right to change tables, and needs none if the schema is up to date.
    const { statements, report } = await plan();
    return statements.length === 0 ? report : await migrate(connected, plan);
  } catch (error) {
    throw postgresError(error, ATTEMPTS.migrate, url, label);
  } finally {
    if (client) abandon(client);
  }
}

/** @param plan  called again under the lock, because another process may have migrated in the meantime */
async function migrate(client: Client, plan: () => Promise<MigrationPlan>): Promise<MigrationReport> {
  await client.query("BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '30s'");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const { statements, report } = await plan();
    // The functions keep this path, so that tables of another schema cannot replace these.
    await client.query("SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)");
    for (const { sql, values } of statements) {
      await (values.length === 0 ? client.query(sql) : client.query(numbered(sql), [...values]));
    }
    await client.query("COMMIT");
    return report;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Reads the state of the schema. Returns undefined if the tables do not exist yet. */
async function stateOf(client: Client): Promise<SchemaState | undefined> {
  // Not to_regclass: it answers from a cache that an advisory lock does not refresh, so it would miss tables that another
  // process has just created.
  const { rowCount } = await client.query(
    "SELECT 1 FROM pg_class WHERE relname = 'flaghoist_head' AND relkind = 'r' AND pg_table_is_visible(oid)",
  );
  if (rowCount === 0) return undefined;
  const [schema] = (await client.query<Omit<SchemaState, "applied">>(READ_SCHEMA)).rows;
  const { rows: applied } = await client.query<SchemaState["applied"][number]>(READ_APPLIED);
  return schema && { ...schema, applied };
}
