import { FlagError } from "../../../core/errors.ts";
import {
  clientViewSql,
  POLICIES,
  policySql,
  PURPOSES,
  type Role,
  roleName,
  ROLES,
  SECURED_TABLES,
  TABLE_RIGHTS,
} from "./rights.ts";
import { schemaObjects } from "./schema-objects.ts";

/** The names that {@link rolesSql} writes into the SQL. */
export interface RolesOptions {
  readonly environment: string;
  /** The schema of the tables. */
  readonly schema?: string;
}

/**
 * Returns the SQL of PostgreSQL roles, grants and row-level security for one environment. An administrator runs it after
 * `hoist db migrate`; running it again changes nothing. The roles cannot log in: they are granted to login users
 * (`GRANT flaghoist_production_sync TO deploy`), so that the audit records who made a change. SQLite has no roles.
 *
 * @throws FlagError USAGE if the environment or the schema cannot be part of a name without quotes
 */
export function rolesSql({ environment, schema: given = "public" }: RolesOptions): string {
  const schema = plainName(given, "schema");
  for (const role of ROLES) plainName(roleName(environment, role), "role");
  const names: Names = {
    environment,
    schema,
    name: (role) => roleName(environment, role),
    others: ROLES.slice(1)
      .map((role) => roleName(environment, role))
      .join(", "),
  };
  return [
    introduction(names),
    "BEGIN;\nSET LOCAL search_path = pg_catalog, pg_temp;",
    ...ROLES.map((role) => `-- ${names.name(role)}: ${PURPOSES[role]}\n${createRole(names.name(role))}`),
    schemaAndDatabase(names),
    ownership(names),
    `-- What browsers may see: no rules, targets or ids.\n${clientViewSql(environment, schema)};`,
    grants(names),
    rowSecurity(names),
    "COMMIT;\n",
  ].join("\n\n");
}

interface Names {
  readonly environment: string;
  readonly schema: string;
  readonly name: (role: Role) => string;
  /** All roles but the owner. */
  readonly others: string;
}

function introduction({ environment, name }: Names): string {
  return `-- Roles, grants and row-level security of Flaghoist for the environment ${environment}. Run this script as an administrator in the
-- database of ${environment}, after \`hoist db migrate\` and again after each migration; running it again changes nothing.
-- These roles cannot log in. Grant them to the users that do, for example:  GRANT ${name("sync")} TO deploy;
--
-- Roles of an earlier release, flaghoist_sync and so on, had no environment in their names. If this server has only one
-- environment, rename them before you run this:
${ROLES.map((role) => `--   ALTER ROLE flaghoist_${role} RENAME TO ${name(role)};`).join("\n")}`;
}

function schemaAndDatabase({ schema, name, others }: Names): string {
  return `-- Triggers run with the rights of the owner, so nobody else may create objects that they could find.
REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC;
${refuseOthers(schema, name("owner"))}
GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${name("owner")};
GRANT USAGE ON SCHEMA ${schema} TO ${others};

-- Only these roles may connect to the database of this environment.
DO $$ BEGIN
  EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${name("owner")}, ${others}', current_database());
END $$;`;
}

function ownership({ schema, name }: Names): string {
  const tables = Object.keys(TABLE_RIGHTS).filter((table) => table !== "client_flags");
  const functions = schemaObjects(schema).functions.map((each) => `${schema}.${each.name}(${each.parameters})`);
  return [
    ...tables.map((table) => `ALTER TABLE ${schema}.${table} OWNER TO ${name("owner")};`),
    ...functions.map((each) => `ALTER FUNCTION ${each} OWNER TO ${name("owner")};`),
    ...functions.map((each) => `REVOKE ALL ON FUNCTION ${each} FROM PUBLIC;`),
  ].join("\n");
}

function grants({ schema, name, others }: Names): string {
  const granted = Object.entries(TABLE_RIGHTS).flatMap(([table, rights]) =>
    ROLES.flatMap((role) => {
      const own = role === "owner" ? [] : (rights[role] ?? []);
      return own.length === 0 ? [] : [`GRANT ${own.join(", ")} ON ${schema}.${table} TO ${name(role)};`];
    }),
  );
  return [
    "-- Each role has exactly the rights that follow.",
    ...Object.keys(TABLE_RIGHTS).map((table) => `REVOKE ALL ON ${schema}.${table} FROM PUBLIC, ${others};`),
    ...granted,
  ].join("\n");
}

function rowSecurity({ environment, schema }: Names): string {
  const ofRoles = POLICIES.filter(({ roles }) => roles.length > 0);
  return [
    "-- Row-level security: a second layer of protection in addition to the grants. Not forced, so that the owner and the",
    "-- triggers see all rows.",
    ...SECURED_TABLES.map((table) => `ALTER TABLE ${schema}.${table} ENABLE ROW LEVEL SECURITY;`),
    ...ofRoles.flatMap((policy) => [
      `DROP POLICY IF EXISTS ${policy.name} ON ${schema}.${policy.table};`,
      `${policySql(policy, environment, schema)};`,
    ]),
  ].join("\n");
}

function createRole(role: string): string {
  return `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
END $$;`;
}

function refuseOthers(schema: string, owner: string): string {
  return `DO $$ DECLARE others text; BEGIN
  SELECT string_agg(quote_ident(pg_get_userbyid(acl.grantee)), ', ') INTO others
  FROM pg_namespace namespace, aclexplode(namespace.nspacl) acl
  WHERE namespace.nspname = '${schema}' AND acl.privilege_type = 'CREATE' AND acl.grantee <> namespace.nspowner
    AND acl.grantee <> (SELECT oid FROM pg_roles WHERE rolname = '${owner}');
  IF others IS NOT NULL THEN
    RAISE EXCEPTION 'roles other than the owner can create objects in schema ${schema}: %', others
      USING HINT = format('REVOKE CREATE ON SCHEMA ${schema} FROM %s', others);
  END IF;
END $$;`;
}

/** Checks a name that is written into SQL without quotes. */
function plainName(name: string, what: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name;
  const valid = "use at most 63 lower-case letters, digits and _, not beginning with a digit";
  throw new FlagError("USAGE", `${what} "${name}" is not a plain name; ${valid}`);
}
