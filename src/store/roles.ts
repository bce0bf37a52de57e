import { FlagError } from "../core/errors.ts";

export interface RolesOptions {
  /** The beginning of the role names; `flaghoist` gives `flaghoist_sync` and so on. Lower-case letters, digits and `_`. */
  readonly prefix?: string;
  /** The schema of the tables. */
  readonly schema?: string;
}

const TABLES = [
  "feature_toggles",
  "feature_toggle_audit",
  "flaghoist_head",
  "flaghoist_actor",
  "flaghoist_syncs",
  "flaghoist_instances",
  "flaghoist_migrations",
] as const;
const FUNCTIONS = [
  "flaghoist_head_forward()",
  "flaghoist_audit_keep()",
  "flaghoist_changed_by()",
  "flaghoist_is_percentage(jsonb)",
  "flaghoist_is_object_of_lists(jsonb)",
  "flaghoist_serve_problem(text, jsonb, jsonb)",
  "flaghoist_row_problem(feature_toggles)",
  "flaghoist_stamp()",
  "flaghoist_state(feature_toggles)",
  "flaghoist_lock()",
  "flaghoist_next_revision()",
  "flaghoist_record(uuid, text, text, jsonb, jsonb, bigint)",
  "flaghoist_inserted()",
  "flaghoist_updated()",
  "flaghoist_deleted()",
  "flaghoist_instances_forget()",
] as const;

const ROLE_NAMES = ["owner", "sync", "evaluator", "operator", "reader", "browser"] as const;
type RoleName = (typeof ROLE_NAMES)[number];
/** The roles that can read all rows of the flags. */
const READERS = ["sync", "evaluator", "operator", "reader"] as const;

/** The purpose of each role, and its rights in addition to USAGE on the schema. */
const ROLES: Readonly<Record<RoleName, { readonly purpose: string; readonly grants: readonly string[] }>> = {
  owner: { purpose: "owns the tables and migrates them", grants: [] },
  sync: {
    purpose: "`hoist sync` and `plan`: writes flags, deletes nothing, changes no table",
    grants: [
      "SELECT, INSERT, UPDATE ON feature_toggles",
      "SELECT, UPDATE (commit_sha) ON flaghoist_head",
      "SELECT, UPDATE ON flaghoist_actor",
      "SELECT, INSERT ON flaghoist_syncs",
      "SELECT ON feature_toggle_audit, flaghoist_instances, flaghoist_migrations",
    ],
  },
  evaluator: {
    purpose: "applications: read the flags, write their own heartbeat",
    grants: ["SELECT ON feature_toggles, flaghoist_head", "SELECT, INSERT, UPDATE ON flaghoist_instances"],
  },
  operator: {
    purpose: "on-call and the dashboard: the emergency statements, the audit",
    grants: [
      "SELECT, UPDATE (enabled, rollout_strategy, rollout_percentage, target_config) ON feature_toggles",
      "SELECT ON feature_toggle_audit, flaghoist_head, flaghoist_syncs, flaghoist_instances",
    ],
  },
  reader: {
    purpose: "status and reports: everything but the audit",
    grants: ["SELECT ON feature_toggles, flaghoist_head, flaghoist_syncs, flaghoist_instances"],
  },
  browser: {
    purpose: "a browser application that queries the database directly: which client flags are enabled, no targets",
    grants: ["SELECT ON client_flags"],
  },
};

/**
 * Returns the SQL of PostgreSQL roles, grants and row-level security. An administrator runs it after `hoist db migrate`;
 * running it again changes nothing. The roles cannot log in: they are granted to users that do
 * (`GRANT flaghoist_sync TO deploy`), so that the audit records who made a change. SQLite has no roles.
 *
 * @throws FlagError USAGE if the prefix or the schema is not a plain name
 */
export function rolesSql(options: RolesOptions = {}): string {
  const prefix = plainName(options.prefix ?? "flaghoist", "prefix");
  const schema = plainName(options.schema ?? "public", "schema");
  const role = (name: RoleName): string => `${prefix}_${name}`;
  const members = ROLE_NAMES.filter((name) => name !== "owner").map(role);
  return `${[
    "-- Roles, grants and row-level security of Flaghoist. Run it as an administrator after `hoist db migrate`; running it again changes nothing.",
    "-- These roles cannot log in. Grant them to the users that do, e.g.  GRANT " + role("sync") + " TO deploy;",
    "BEGIN;",
    `SET LOCAL search_path = ${schema}, pg_temp;`,
    ...ROLE_NAMES.flatMap((name) => [
      `\n-- ${role(name)}: ${ROLES[name].purpose}`,
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role(name)}') THEN CREATE ROLE ${role(name)} NOLOGIN; END IF; END $$;`,
    ]),
    "\n-- The trigger functions run with the rights of the owner.",
    `REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC;`,
    `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role("owner")};`,
    ...TABLES.map((table) => `ALTER TABLE ${table} OWNER TO ${role("owner")};`),
    ...FUNCTIONS.map((signature) => `ALTER FUNCTION ${signature} OWNER TO ${role("owner")};`),
    ...FUNCTIONS.map((signature) => `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;`),
    "\n-- What browsers may see: no rules, targets or ids. Disabled flags are included, because they would look like missing ones.",
    `CREATE OR REPLACE VIEW client_flags WITH (security_barrier) AS
  SELECT feature_key, display_name, enabled FROM feature_toggles WHERE client AND archived_at IS NULL;`,
    `ALTER VIEW client_flags OWNER TO ${role("owner")};`,
    `\nREVOKE ALL ON ${[...TABLES, "client_flags"].join(", ")} FROM PUBLIC, ${members.join(", ")};`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${members.join(", ")};`,
    ...ROLE_NAMES.flatMap((name) => ROLES[name].grants.map((grant) => `GRANT ${grant} TO ${role(name)};`)),
    "\n-- Row-level security: a second protection behind the grants. Not forced, so that the owner and the triggers see all rows.",
    "ALTER TABLE feature_toggles ENABLE ROW LEVEL SECURITY;",
    "ALTER TABLE feature_toggle_audit ENABLE ROW LEVEL SECURITY;",
    ...policy("feature_toggles", "read", "SELECT", READERS.map(role), "USING (true)"),
    ...policy("feature_toggles", "add", "INSERT", [role("sync")], "WITH CHECK (true)"),
    ...policy(
      "feature_toggles",
      "change",
      "UPDATE",
      [role("sync"), role("operator")],
      "USING (true) WITH CHECK (true)",
    ),
    ...policy("feature_toggle_audit", "read", "SELECT", [role("sync"), role("operator")], "USING (true)"),
    "COMMIT;",
  ].join("\n")}\n`;
}

function policy(table: string, name: string, command: string, roles: readonly string[], clause: string): string[] {
  const policy = `flaghoist_${name}`;
  return [
    `DROP POLICY IF EXISTS ${policy} ON ${table};`,
    `CREATE POLICY ${policy} ON ${table} FOR ${command} TO ${roles.join(", ")} ${clause};`,
  ];
}

/** Checks a name that is written into SQL without quotes. */
function plainName(name: string, what: string): string {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(name)) return name;
  throw new FlagError(
    "USAGE",
    `${what} "${name}" is not a plain name; use at most 41 lower-case letters, digits and _, not beginning with a digit`,
  );
}
