import type { Client } from "pg";
import { POLICIES, ROLES, roleName, TABLE_RIGHTS } from "./rights.ts";

/** What the catalogs of PostgreSQL say about the objects of flaghoist. Names are as SQL writes them. */
export interface Catalog {
  /** The schema of the tables. */
  readonly schema: string;
  readonly roles: readonly RoleRow[];
  readonly memberships: readonly { readonly member: string; readonly role: string }[];
  readonly relations: readonly RelationRow[];
  readonly functions: readonly FunctionRow[];
  readonly triggers: readonly TriggerRow[];
  readonly rules: readonly { readonly table: string; readonly name: string }[];
  readonly policies: readonly PolicyRow[];
  /** Rights of roles other than the owner of the object. */
  readonly grants: readonly GrantRow[];
  readonly database: string;
}

interface RoleRow {
  readonly name: string;
  /** Attributes that no role of flaghoist has, in the words of ALTER ROLE, e.g. `LOGIN`. */
  readonly attributes: readonly string[];
}

interface RelationRow {
  readonly name: string;
  readonly owner: string;
  readonly isSecured: boolean;
  readonly isForced: boolean;
  /** The query of a view; null for a table. */
  readonly query: string | null;
  readonly options: readonly string[];
}

interface FunctionRow {
  readonly name: string;
  readonly signature: string;
  readonly owner: string;
  readonly language: string;
  readonly volatility: string;
  readonly isDefiner: boolean;
  readonly config: readonly string[];
  readonly body: string;
}

interface TriggerRow {
  readonly table: string;
  readonly name: string;
  readonly function: string;
  readonly type: number;
  readonly columns: string;
  readonly transitions: string;
  readonly isPlain: boolean;
  /** `O`: enabled for normal sessions. */
  readonly enabled: string;
}

interface PolicyRow {
  readonly table: string;
  readonly name: string;
  readonly command: string;
  readonly isPermissive: boolean;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}

export interface GrantRow {
  readonly on: "table" | "function" | "schema" | "database";
  /** The name of the table, the signature of the function, or the name of the schema or the database. */
  readonly object: string;
  /** The column that the right is restricted to. */
  readonly column: string | null;
  readonly grantee: string;
  readonly privilege: string;
  readonly isGrantable: boolean;
}

const TABLES = Object.keys(TABLE_RIGHTS);

/** The schema of the visible tables, as a number: names are found by it after the search path is set to the catalogs alone. */
const READ_SCHEMA = `SELECT relnamespace::pg_catalog.int8 AS id FROM pg_catalog.pg_class
  WHERE relname = 'flaghoist_head' AND relkind = 'r' AND pg_catalog.pg_table_is_visible(oid)`;

const READ_ROLES = `SELECT rolname::text AS name, array_remove(ARRAY[CASE WHEN rolcanlogin THEN 'LOGIN' END,
    CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
    CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL) AS attributes
  FROM pg_roles WHERE rolname = ANY ($1::text[])`;
const READ_MEMBERSHIPS = `SELECT quote_ident(pg_get_userbyid(member)) AS member, quote_ident(pg_get_userbyid(roleid)) AS role
  FROM pg_auth_members WHERE pg_get_userbyid(member) = ANY ($1::text[]) ORDER BY 1, 2`;
const READ_RELATIONS = `SELECT relname::text AS name, quote_ident(pg_get_userbyid(relowner)) AS owner,
    relrowsecurity AS "isSecured", relforcerowsecurity AS "isForced",
    CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END AS query, coalesce(reloptions, '{}') AS options
  FROM pg_class WHERE relnamespace = $1::int8::oid AND relname = ANY ($2::text[]) AND relkind IN ('r', 'v')`;
const READ_FUNCTIONS = `SELECT proname::text AS name, p.oid::regprocedure::text AS signature,
    quote_ident(pg_get_userbyid(proowner)) AS owner, lanname::text AS language, prosecdef AS "isDefiner",
    CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END AS volatility,
    coalesce(proconfig, '{}') AS config, prosrc AS body
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE pronamespace = $1::int8::oid AND proname LIKE 'flaghoist\\_%' ORDER BY 1, 2`;
const READ_TRIGGERS = `SELECT c.relname::text AS table, t.tgname::text AS name, t.tgenabled AS enabled, t.tgtype AS type,
    p.oid::regproc::text AS function,
    (SELECT coalesce(string_agg(attname, ',' ORDER BY attnum), '') FROM pg_attribute
      WHERE attrelid = c.oid AND attnum = ANY (t.tgattr::int2[])) AS columns, coalesce(tgoldtable, '') || ',' || coalesce(tgnewtable, '') AS transitions,
    tgnargs = 0 AND tgqual IS NULL AND p.pronamespace = c.relnamespace AS "isPlain"
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE c.relnamespace = $1::int8::oid AND c.relname = ANY ($2::text[]) AND NOT tgisinternal ORDER BY 1, 2`;
const READ_RULES = `SELECT c.relname::text AS table, quote_ident(r.rulename) AS name
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
  WHERE c.relnamespace = $1::int8::oid AND c.relname = ANY ($2::text[]) AND r.rulename <> '_RETURN' ORDER BY 1, 2`;
const READ_POLICIES = `SELECT c.relname::text AS table, polname::text AS name, polpermissive AS "isPermissive",
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
    ARRAY(SELECT quote_ident(pg_get_userbyid(role)) FROM unnest(polroles) role WHERE role <> 0 ORDER BY 1) AS roles,
    pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  WHERE c.relnamespace = $1::int8::oid AND c.relname = ANY ($2::text[]) ORDER BY 1, 2`;
const READ_GRANTS = `WITH acl AS (
    SELECT 'table' AS on, c.relname::text AS object, NULL AS column, c.relowner AS owner, coalesce(relacl, acldefault('r', relowner)) AS acl
    FROM pg_class c WHERE relnamespace = $1::int8::oid AND relname = ANY ($2::text[])
    UNION ALL
    SELECT 'table', c.relname::text, quote_ident(attname), c.relowner, attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE relnamespace = $1::int8::oid AND relname = ANY ($2::text[]) AND attacl IS NOT NULL
    UNION ALL
    SELECT 'function', oid::regprocedure::text, NULL, proowner, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE pronamespace = $1::int8::oid AND proname LIKE 'flaghoist\\_%'
    UNION ALL
    SELECT 'schema', quote_ident(nspname), NULL, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE oid = $1::int8::oid
    UNION ALL
    SELECT 'database', quote_ident(datname), NULL, datdba, coalesce(datacl, acldefault('d', datdba)) FROM pg_database WHERE datname = current_database()
  )
  SELECT acl.on, object, acl.column, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
    privilege_type AS privilege, is_grantable AS "isGrantable"
  FROM acl, aclexplode(acl.acl) WHERE grantee <> acl.owner ORDER BY 1, 2, 4, 5, 3`;

/** Reads the catalogs, which every login may read. Returns undefined if the tables do not exist. */
export async function readCatalog(client: Client, environment: string): Promise<Catalog | undefined> {
  const [place] = (await client.query<{ readonly id: string }>(READ_SCHEMA)).rows;
  if (place === undefined) return undefined;
  await client.query("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp");
  const read = async <Row extends object>(sql: string, ...values: unknown[]) =>
    (await client.query<Row>(sql, values)).rows;
  const names = ROLES.map((role) => roleName(environment, role));
  const inTables = [place.id, TABLES] as const;
  const [names_] = await read<{ readonly schema: string; readonly database: string }>(
    "SELECT quote_ident(nspname) AS schema, quote_ident(current_database()) AS database FROM pg_namespace WHERE oid = $1::int8::oid",
    place.id,
  );
  const catalog: Catalog = {
    schema: names_?.schema ?? "public",
    database: names_?.database ?? "",
    roles: await read<RoleRow>(READ_ROLES, names),
    memberships: await read(READ_MEMBERSHIPS, names),
    relations: await read<RelationRow>(READ_RELATIONS, ...inTables),
    functions: await read<FunctionRow>(READ_FUNCTIONS, place.id),
    triggers: await read<TriggerRow>(READ_TRIGGERS, ...inTables),
    rules: await read(READ_RULES, ...inTables),
    policies: await read<PolicyRow>(READ_POLICIES, place.id, [
      ...new Set([...TABLES, ...POLICIES.map(({ table }) => table)]),
    ]),
    grants: await read<GrantRow>(READ_GRANTS, ...inTables),
  };
  await client.query("COMMIT");
  return catalog;
}
