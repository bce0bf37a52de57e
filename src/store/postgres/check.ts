import type { Client } from "pg";
import { FlagError } from "../../core/errors.ts";
import { ATTEMPTS } from "../attempt.ts";
import { type CheckReport, type Deviation, deviation } from "../check.ts";
import { planMigration } from "../migrations.ts";
import { abandon, connectClient } from "./driver.ts";
import { postgresError } from "./errors.ts";
import { stateOf } from "./migrate.ts";
import { type Catalog, readCatalog } from "./rights/catalog.ts";
import { checkObjects } from "./rights/check-objects.ts";
import { checkRights } from "./rights/check-rights.ts";

/** Compares functions, triggers, policies, roles and rights of a database with what flaghoist creates. Changes nothing. */
export async function checkPostgres(url: string, environment: string, label: string): Promise<CheckReport> {
  let client: Client | undefined;
  try {
    client = await connectClient(url, "sync");
    return { label, deviations: await deviationsIn(client, environment, label) };
  } catch (error) {
    throw postgresError(error, ATTEMPTS.check, url, label);
  } finally {
    if (client) abandon(client);
  }
}

async function deviationsIn(client: Client, environment: string, label: string): Promise<readonly Deviation[]> {
  const { schema, state } = await stateOf(client, label);
  if (state === undefined) {
    throw new FlagError("STORE_MISSING", `${label} does not have flaghoist's tables`, {
      hint: "run `hoist db migrate`",
    });
  }
  const { statements } = planMigration("postgres", state, schema, environment, label);
  if (statements.length > 0) {
    const command = `hoist db migrate --env ${environment}`;
    return [deviation("schema", schema, `schema version ${state.version}`, "the newest schema version", command)];
  }
  const catalog = await readCatalog(client, environment);
  if (catalog === undefined) return [];
  const hasRoles = catalog.roles.length > 0;
  const rights = hasRoles ? checkRights(catalog, environment) : [noRoles(catalog, environment)];
  return [...rights, ...checkObjects(catalog, environment, hasRoles), ...(await checkActor(client, schema))];
}

function noRoles({ schema }: Catalog, environment: string): Deviation {
  const command = `hoist db roles --env ${environment}${schema === "public" ? "" : ` --schema ${schema}`}`;
  return deviation("role", `the roles of ${environment}`, "missing", "roles with separate rights", `${command} | psql`);
}

/** Reports an actor that a sync or somebody else left filled. Not every role may read it. */
async function checkActor(client: Client, schema: string): Promise<readonly Deviation[]> {
  const table = `${schema}.flaghoist_actor`;
  const [right] = (
    await client.query("SELECT pg_catalog.has_table_privilege($1::text, 'SELECT') AS \"canRead\"", [table])
  ).rows;
  if (right?.canRead !== true) return [];
  const { rows } = await client.query(`SELECT changed_by FROM ${table}`);
  if (rows.length !== 1) {
    const insert = `INSERT INTO ${table} DEFAULT VALUES`;
    return [deviation("actor", table, `${rows.length} rows`, "one row", insert)];
  }
  if (rows[0].changed_by === null) return [];
  const update = `UPDATE ${table} SET changed_by = NULL, notes = NULL, commit_sha = NULL`;
  return [deviation("actor", table, "an author outside a sync", "an empty row", update)];
}
