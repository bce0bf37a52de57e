/** The roles of one environment, from the most rights to the fewest. */
export const ROLES = ["owner", "sync", "evaluator", "operator", "reader", "browser"] as const;
export type Role = (typeof ROLES)[number];

/** Describes whom each role is for. */
export const PURPOSES: Readonly<Record<Role, string>> = {
  owner: "owns the tables and migrates them",
  sync: "for `hoist sync`: writes flags; cannot delete rows or change tables",
  evaluator: "for applications: reads the flags and writes its own heartbeat",
  operator: "for people on call: runs the emergency statements and reads the audit",
  reader: "for plan, status, log and reports: reads everything and writes nothing",
  browser: "for browser applications that query the database: sees which client flags are enabled, but no targets",
};

/** Rights on a table as GRANT writes them: `SELECT`, or `UPDATE (enabled, …)` for columns. */
type TableRights = { readonly [R in Exclude<Role, "owner">]?: readonly string[] };

/** Lists the rights of each role on each table. A role has no other right. */
export const TABLE_RIGHTS: Readonly<Record<string, TableRights>> = {
  feature_toggles: {
    sync: ["SELECT", "INSERT", "UPDATE"],
    evaluator: ["SELECT"],
    operator: ["SELECT", "UPDATE (enabled, rollout_strategy, rollout_percentage, target_config)"],
    reader: ["SELECT"],
  },
  feature_toggle_audit: { sync: ["SELECT"], operator: ["SELECT"], reader: ["SELECT"] },
  flaghoist_head: {
    sync: ["SELECT", "UPDATE (commit_sha, epoch)"],
    evaluator: ["SELECT"],
    operator: ["SELECT"],
    reader: ["SELECT"],
  },
  flaghoist_actor: { sync: ["SELECT", "UPDATE"] },
  flaghoist_syncs: { sync: ["SELECT", "INSERT"], operator: ["SELECT"], reader: ["SELECT"] },
  flaghoist_instances: {
    sync: ["SELECT"],
    evaluator: ["SELECT", "INSERT", "UPDATE"],
    operator: ["SELECT"],
    reader: ["SELECT"],
  },
  flaghoist_migrations: { sync: ["SELECT"] },
  client_flags: { browser: ["SELECT"] },
};

/** A policy of row-level security. */
export interface Policy {
  readonly table: string;
  readonly name: string;
  readonly command: "SELECT" | "INSERT" | "UPDATE";
  /** The roles that it applies to; empty for all. */
  readonly roles: readonly Role[];
  readonly using: string | null;
  readonly check: string | null;
}

/** Lists the policies of each table with row-level security. The migrations create those of `flaghoist_instances`. */
export const POLICIES: readonly Policy[] = [
  policy("feature_toggles", "flaghoist_read", "SELECT", ["sync", "evaluator", "operator", "reader"], "true", null),
  policy("feature_toggles", "flaghoist_add", "INSERT", ["sync"], null, "true"),
  policy("feature_toggles", "flaghoist_change", "UPDATE", ["sync", "operator"], "true", "true"),
  policy("feature_toggle_audit", "flaghoist_read", "SELECT", ["sync", "operator", "reader"], "true", null),
  policy("flaghoist_instances", "flaghoist_read", "SELECT", [], "true", null),
  policy("flaghoist_instances", "flaghoist_add", "INSERT", [], null, "login = session_user"),
  policy(
    "flaghoist_instances",
    "flaghoist_change",
    "UPDATE",
    [],
    "login IS NULL OR login = session_user",
    "login = session_user",
  ),
];

/** Lists the tables with row-level security: a second layer of protection in addition to the grants. */
export const SECURED_TABLES: readonly string[] = [...new Set(POLICIES.map(({ table }) => table))];

function policy(
  table: string,
  name: string,
  command: Policy["command"],
  roles: readonly Role[],
  using: string | null,
  check: string | null,
): Policy {
  return { table, name, command, roles, using, check };
}

/** Returns the name of a role, e.g. `flaghoist_production_sync`. Roles belong to the whole server, so the environment is part of it. */
export function roleName(environment: string, role: Role): string {
  return `flaghoist_${environment.toLowerCase().replaceAll("-", "_")}_${role}`;
}

/** The query of the view for browsers. Disabled flags are included, because otherwise they would look like missing ones. */
export function clientQuery(schema: string): string {
  return `SELECT feature_key, display_name, enabled FROM ${schema}.feature_toggles WHERE client AND archived_at IS NULL`;
}

/** Returns the statements that create the view of the role `browser` with its owner and its right. */
export function clientViewSql(environment: string, schema: string): string {
  const view = `${schema}.client_flags`;
  return `CREATE OR REPLACE VIEW ${view} WITH (security_barrier) AS ${clientQuery(schema)};
ALTER VIEW ${view} OWNER TO ${roleName(environment, "owner")};
GRANT SELECT ON ${view} TO ${roleName(environment, "browser")}`;
}

export function policySql(
  { table, name, command, roles, using, check }: Policy,
  environment: string,
  schema: string,
): string {
  const to = roles.length === 0 ? "" : ` TO ${roles.map((role) => roleName(environment, role)).join(", ")}`;
  const conditions = `${using === null ? "" : ` USING (${using})`}${check === null ? "" : ` WITH CHECK (${check})`}`;
  return `CREATE POLICY ${name} ON ${schema}.${table} FOR ${command}${to}${conditions}`;
}
