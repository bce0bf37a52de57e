/** An operation on a database, for error messages. */
export interface Attempt {
  /** A verb phrase that completes "cannot …". */
  readonly text: string;
  /** The PostgreSQL rights that the operation needs: each completes `GRANT … TO role`, with `:database` for the database. */
  readonly rights: readonly string[];
  /** What helps where these rights do not, in words. */
  readonly otherwise?: string;
}

/** Lists the operations of a store. */
export const ATTEMPTS = {
  open: { text: "open the database", rights: ["CONNECT ON DATABASE :database"] },
  readHead: { text: "read the revision", rights: ["SELECT ON flaghoist_head"] },
  readFlags: { text: "read the flags", rights: ["SELECT ON flaghoist_head, feature_toggles"] },
  apply: {
    text: "apply the sync",
    rights: [
      "SELECT, INSERT, UPDATE ON feature_toggles",
      "SELECT, UPDATE ON flaghoist_actor",
      "SELECT, UPDATE (commit_sha, epoch) ON flaghoist_head",
      "SELECT, INSERT ON flaghoist_syncs",
      "SELECT ON feature_toggle_audit, flaghoist_migrations",
    ],
  },
  readSyncs: { text: "read the list of syncs", rights: ["SELECT ON flaghoist_syncs"] },
  readAudit: { text: "read the audit", rights: ["SELECT ON feature_toggle_audit"] },
  readInstances: { text: "read the instances", rights: ["SELECT ON flaghoist_instances"] },
  writeHeartbeat: { text: "write the heartbeat", rights: ["SELECT, INSERT, UPDATE ON flaghoist_instances"] },
  check: { text: "check the database", rights: ["SELECT ON flaghoist_head, flaghoist_migrations"] },
  migrate: {
    text: "migrate the database",
    rights: ["CREATE ON SCHEMA public"],
    otherwise: "if the tables exist already, only their owner can migrate them",
  },
} as const satisfies Readonly<Record<string, Attempt>>;
