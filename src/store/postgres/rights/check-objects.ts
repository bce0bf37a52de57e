import { type Deviation, deviation } from "../../check.ts";
import type { Catalog } from "./catalog.ts";
import {
  clientQuery,
  clientViewSql,
  type Policy,
  POLICIES,
  policySql,
  roleName,
  SECURED_TABLES,
  TABLE_RIGHTS,
} from "./rights.ts";
import { type SchemaFunction, schemaObjects, type SchemaTrigger } from "./schema-objects.ts";

/** Returns how functions, triggers, rules, tables and policies differ from what the migrations and the roles create. */
export function checkObjects(catalog: Catalog, environment: string, hasRoles: boolean): readonly Deviation[] {
  const { functions, triggers } = schemaObjects(catalog.schema);
  return [
    ...functions.flatMap((expected) => checkFunction(catalog, expected, environment, hasRoles)),
    ...triggers.flatMap((expected) => checkTrigger(catalog, expected)),
    ...foreignTriggers(catalog, triggers),
    ...catalog.rules.map(({ table, name }) =>
      deviation(
        "rule",
        tableIn(catalog, table),
        `the rule ${name}`,
        "no rule",
        `DROP RULE ${name} ON ${tableIn(catalog, table)}`,
      ),
    ),
    ...checkTables(catalog, environment, hasRoles),
    ...(hasRoles ? checkSecurity(catalog, environment) : []),
  ];
}

function tableIn({ schema }: Catalog, table: string): string {
  return `${schema}.${table}`;
}

function checkFunction(
  { schema, functions }: Catalog,
  expected: SchemaFunction,
  environment: string,
  hasRoles: boolean,
): readonly Deviation[] {
  const object = `${schema}.${expected.name}(${expected.parameters})`;
  const found = functions.find(({ name }) => name === expected.name);
  if (found === undefined) {
    const own = hasRoles ? `; ALTER FUNCTION ${object} OWNER TO ${roleName(environment, "owner")}` : "";
    const correction = `${expected.sql}${own}; REVOKE ALL ON FUNCTION ${object} FROM PUBLIC`;
    return [deviation("function", object, "missing", "the function that the migrations create", correction)];
  }
  const differs = [
    ...(found.body === expected.body ? [] : ["a different body"]),
    ...(found.isDefiner === expected.isDefiner ? [] : [found.isDefiner ? "SECURITY DEFINER" : "SECURITY INVOKER"]),
    ...(found.config.join() === expected.config ? [] : [found.config.join() || "no search_path"]),
    ...(found.language === expected.language ? [] : [`the language ${found.language}`]),
    ...(found.volatility === expected.volatility ? [] : [found.volatility]),
  ];
  return differs.length === 0
    ? []
    : [deviation("function", object, differs.join(", "), "the function that the migrations create", expected.sql)];
}

function checkTrigger(catalog: Catalog, expected: SchemaTrigger): readonly Deviation[] {
  const table = tableIn(catalog, expected.table);
  const object = `${expected.name} on ${table}`;
  const found = catalog.triggers.find(({ table, name }) => table === expected.table && name === expected.name);
  if (found === undefined)
    return [deviation("trigger", object, "missing", "the trigger that the migrations create", expected.sql)];
  const isSame =
    found.isPlain &&
    found.type === expected.type &&
    found.columns === expected.columns &&
    found.transitions === expected.transitions &&
    found.function.split(".").at(-1) === expected.function;
  if (!isSame) {
    const correction = `DROP TRIGGER ${expected.name} ON ${table}; ${expected.sql}`;
    return [
      deviation("trigger", object, "a different definition", "the trigger that the migrations create", correction),
    ];
  }
  if (found.enabled === "O" || found.enabled === "A") return [];
  const how = found.enabled === "D" ? "disabled" : "enabled for replicas only";
  return [deviation("trigger", object, how, "enabled", `ALTER TABLE ${table} ENABLE TRIGGER ${expected.name}`)];
}

function foreignTriggers(catalog: Catalog, expected: readonly SchemaTrigger[]): readonly Deviation[] {
  const known = new Set(expected.map(({ table, name }) => `${table} ${name}`));
  return catalog.triggers
    .filter(({ table, name }) => !known.has(`${table} ${name}`))
    .map(({ table, name }) => {
      const drop = `DROP TRIGGER ${quoted(name)} ON ${tableIn(catalog, table)}`;
      return deviation(
        "trigger",
        `${name} on ${tableIn(catalog, table)}`,
        "a trigger that flaghoist did not create",
        "no such trigger",
        drop,
      );
    });
}

function checkTables(catalog: Catalog, environment: string, hasRoles: boolean): readonly Deviation[] {
  return Object.keys(TABLE_RIGHTS).flatMap((table) => {
    const object = tableIn(catalog, table);
    const found = catalog.relations.find(({ name }) => name === table);
    if (table === "client_flags") return hasRoles ? checkView(catalog, found, environment) : [];
    return found === undefined
      ? [deviation("table", object, "missing", "a table", "restore the database from a backup")]
      : [];
  });
}

function checkView(
  catalog: Catalog,
  found: Catalog["relations"][number] | undefined,
  environment: string,
): readonly Deviation[] {
  const view = tableIn(catalog, "client_flags");
  const query = clientQuery(catalog.schema);
  const create = clientViewSql(environment, catalog.schema);
  if (found === undefined) return [deviation("table", view, "missing", query, create)];
  const isSame = plain(found.query) === plain(query) && found.options.join() === "security_barrier=true";
  return isSame ? [] : [deviation("table", view, "a different definition", query, `DROP VIEW ${view}; ${create}`)];
}

function checkSecurity(catalog: Catalog, environment: string): readonly Deviation[] {
  const switches = catalog.relations
    .filter(({ name }) => SECURED_TABLES.includes(name))
    .flatMap(({ name, isSecured, isForced }) => {
      const table = tableIn(catalog, name);
      const alter = (what: string): string => `ALTER TABLE ${table} ${what} ROW LEVEL SECURITY`;
      return [
        ...(isSecured
          ? []
          : [deviation("policy", table, "no row-level security", "row-level security", alter("ENABLE"))]),
        ...(isForced ? [deviation("policy", table, "forced row-level security", "not forced", alter("NO FORCE"))] : []),
      ];
    });
  const known = new Set(POLICIES.map(({ table, name }) => `${table} ${name}`));
  const foreign = catalog.policies
    .filter(({ table, name }) => !known.has(`${table} ${name}`))
    .map(({ table, name }) => {
      const drop = `DROP POLICY ${quoted(name)} ON ${tableIn(catalog, table)}`;
      return deviation(
        "policy",
        `${name} on ${tableIn(catalog, table)}`,
        "a policy that flaghoist did not create",
        "no such policy",
        drop,
      );
    });
  return [...switches, ...POLICIES.flatMap((policy) => checkPolicy(catalog, policy, environment)), ...foreign];
}

function checkPolicy(catalog: Catalog, expected: Policy, environment: string): readonly Deviation[] {
  const table = tableIn(catalog, expected.table);
  const object = `${expected.name} on ${table}`;
  const create = policySql(expected, environment, catalog.schema);
  const found = catalog.policies.find(({ table, name }) => table === expected.table && name === expected.name);
  if (found === undefined) return [deviation("policy", object, "missing", create, create)];
  const roles = expected.roles.map((role) => roleName(environment, role)).toSorted();
  const isSame =
    found.isPermissive &&
    found.command === expected.command &&
    found.roles.join() === roles.join() &&
    plain(found.using) === plain(expected.using) &&
    plain(found.check) === plain(expected.check);
  const correction = `DROP POLICY ${expected.name} ON ${table}; ${create}`;
  return isSame ? [] : [deviation("policy", object, "a different definition", create, correction)];
}

/** Returns an expression without what PostgreSQL adds when it prints one: parentheses, casts, qualifiers and capitals. */
function plain(expression: string | null): string | null {
  return expression?.replace(/::\w+|\w+\.|[()\s;]/g, "").toLowerCase() ?? null;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
