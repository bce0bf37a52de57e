import type { Client } from "pg";
import { FlagError } from "../../core/errors.ts";
import { ATTEMPTS } from "../attempt.ts";
import { headMissing } from "../head.ts";
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
 * Begins a transaction of a sync or a migration. Uses SET LOCAL, because a pooler gives the same session to others afterwards.
 * lock_timeout is longer than idle_in_transaction_session_timeout, so that an idle lock holder is ended before a waiter gives up.
 */
export const BEGIN = `BEGIN; SET LOCAL lock_timeout = '20s'; SET LOCAL statement_timeout = '30s';
  SET LOCAL idle_in_transaction_session_timeout = '15s'`;

/**
 * Creates the tables in the first schema of the search path, or brings them up to date. Several processes may call it at the
 * same time.
 */
export async function migratePostgres(url: string, environment: string, label: string): Promise<MigrationReport> {
  let client: Client | undefined;
  try {
    client = await connectClient(url, "sync");
    const { statements, report } = await planFor(client, environment, label);
    if (statements.length === 0) return report;
    await client.query(BEGIN);
    const done = await migrateInTransaction(client, environment, label);
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client?.query("ROLLBACK").catch(() => {});
    throw postgresError(error, ATTEMPTS.migrate, url, label);
  } finally {
    if (client) abandon(client);
  }
}

/** Creates or migrates the tables in the transaction of the caller. */
export async function migrateInTransaction(
  client: Client,
  environment: string,
  label: string,
): Promise<MigrationReport> {
  // Checked before the lock is taken: the sync role has no right to change tables, and needs none if all is up to date.
  const { statements, report } = await planFor(client, environment, label);
  return statements.length === 0 ? report : migrate(client, () => planFor(client, environment, label));
}

/** A plan, with the schema of the tables and their owner, both as SQL writes them. */
interface PlacedPlan extends MigrationPlan {
  readonly schema: string;
  readonly owner: string;
}

async function planFor(client: Client, environment: string, label: string): Promise<PlacedPlan> {
  const { schema, owner, state } = await stateOf(client, label);
  return { schema, owner, ...planMigration("postgres", state, schema, environment, label) };
}

/** @param plan  called again under the lock, because another process may have migrated in the meantime */
async function migrate(client: Client, plan: () => Promise<PlacedPlan>): Promise<MigrationReport> {
  await client.query(`SELECT pg_catalog.pg_advisory_xact_lock(${LOCK}::pg_catalog.int8)`);
  const { schema, owner, statements, report } = await plan();
  // Triggers call functions with the rights of the owner of the tables, who must therefore own the new functions too.
  await client.query(`SET LOCAL ROLE ${owner}`);
  // The new tables go into this schema, whatever comes first in the search path of the caller.
  await client.query(`SET LOCAL search_path = ${schema}, pg_temp`);
  for (const { sql, values } of statements) {
    await (values.length === 0 ? client.query(sql) : client.query(numbered(sql), [...values]));
  }
  await client.query("SET LOCAL ROLE NONE");
  return report;
}

/**
 * Selects the schema of the tables, or else the one in which they would be created. Not to_regclass: it answers from a cache
 * that an advisory lock does not refresh, so it would miss tables that another process has just created.
 */
const READ_PLACE = `SELECT pg_catalog.quote_ident(coalesce(there.nspname, pg_catalog.current_schema())) AS schema,
  pg_catalog.quote_ident(coalesce(there.owner, current_user)) AS owner,
  there.nspname IS NOT NULL AS "hasTables", pg_catalog.current_setting('server_encoding') AS encoding
  FROM (VALUES (1)) one LEFT JOIN (
    SELECT namespace.nspname, pg_catalog.pg_get_userbyid(class.relowner) AS owner FROM pg_catalog.pg_class class
      JOIN pg_catalog.pg_namespace namespace ON namespace.oid = class.relnamespace
    WHERE class.relname = 'flaghoist_head' AND class.relkind = 'r' AND pg_catalog.pg_table_is_visible(class.oid)
  ) there ON true`;

interface Place {
  readonly schema: string | null;
  readonly owner: string;
  readonly hasTables: boolean;
  readonly encoding: string;
}

/** Reads schema, owner and state of the tables. The state is undefined if they do not exist yet. */
export async function stateOf(
  client: Client,
  label: string,
): Promise<{ readonly schema: string; readonly owner: string; readonly state: SchemaState | undefined }> {
  const [place] = (await client.query<Place>(READ_PLACE)).rows;
  if (place === undefined || place.schema === null) {
    const hint = "create the schema that search_path names, then run `hoist db migrate`";
    throw new FlagError("STORE_MISSING", `${label}: no schema of the search path exists`, { hint });
  }
  const { schema, owner, hasTables, encoding } = place;
  if (!hasTables) {
    checkEncoding(encoding, label);
    return { schema, owner, state: undefined };
  }
  const [found] = (await client.query<Omit<SchemaState, "applied">>(READ_SCHEMA)).rows;
  const { rows: applied } = await client.query<SchemaState["applied"][number]>(READ_APPLIED);
  if (found === undefined) throw headMissing(label);
  return { schema, owner, state: { ...found, applied } };
}

function checkEncoding(encoding: string, label: string): void {
  if (encoding === "UTF8") return;
  const message = `${label} has the encoding ${encoding}, which cannot hold every flag; the database must have the encoding UTF8`;
  const hint = "create another database: CREATE DATABASE flags ENCODING 'UTF8' TEMPLATE template0";
  throw new FlagError("STORE_ENCODING", message, { hint });
}
