import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonObject } from "../core/json.ts";
import { type Attempt, ATTEMPTS } from "./attempt.ts";
import type { AuditEntry, FlagStore, SeenInstance, SyncEntry } from "./store.ts";

/** Runs one statement and returns its rows. Values replace `?`, in order. @throws the errors of FlagStore */
export type RunQuery = <Row extends object>(
  attempt: Attempt,
  sql: string,
  ...values: readonly (string | number)[]
) => Promise<readonly Row[]>;

/** The SQL fragments that differ between the databases. */
export interface SqlDialect {
  /** Returns SQL for a time column as ISO 8601 text in UTC. */
  readonly isoTime: (column: string) => string;
  /** SQL for the current time, in the format of the time columns. */
  readonly now: string;
  /** SQL for the current time plus `?` seconds. */
  readonly secondsFromNow: string;
}

/** A row as a database returns it: JSON columns are text in SQLite, 64-bit numbers are text in PostgreSQL. */
type Stored<Row, Json extends keyof Row> = Omit<Row, Json | "revision" | "bySync"> & {
  readonly [Column in Json]: string | JsonObject | null;
} & { readonly revision: number | string };

/** Creates the methods of a store whose SQL is the same in both databases. */
export function commonQueries(
  query: RunQuery,
  dialect: SqlDialect,
): Pick<FlagStore, "hasSync" | "syncs" | "audit" | "manualChanges" | "instances" | "heartbeat"> {
  const { auditSql, syncsSql, instancesSql, heartbeatSql } = statementsIn(dialect);

  async function audit(tail: string, ...values: readonly (string | number)[]): Promise<readonly AuditEntry[]> {
    type Row = Stored<AuditEntry, "oldState" | "newState"> & { readonly bySync: boolean | number };
    const rows = await query<Row>(ATTEMPTS.readAudit, `${auditSql} ${tail}`, ...values);
    return rows.map((row) => ({
      ...row,
      oldState: jsonObject(row.oldState),
      newState: jsonObject(row.newState),
      bySync: Boolean(row.bySync),
      revision: Number(row.revision),
    }));
  }

  return {
    hasSync: async (syncId) =>
      (await query(ATTEMPTS.readSyncs, "SELECT 1 FROM flaghoist_syncs WHERE sync_id = ?", syncId)).length > 0,
    syncs: async (limit) => {
      const rows = await query<Stored<SyncEntry, "summary">>(ATTEMPTS.readSyncs, syncsSql, limit);
      return rows.map((row) => ({ ...row, revision: Number(row.revision), summary: jsonObject(row.summary) ?? {} }));
    },
    audit: ({ key, limit }) =>
      key === undefined
        ? audit("ORDER BY id DESC LIMIT ?", limit)
        : audit("WHERE feature_key = ? ORDER BY id DESC LIMIT ?", key, limit),
    manualChanges: async () => {
      const newest = "SELECT max(id) FROM feature_toggle_audit WHERE source = 'sql' GROUP BY feature_key";
      const rows = await audit(`WHERE id IN (${newest})`);
      return new Map<FlagKey, AuditEntry>(
        rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((row) => [row.key, row]),
      );
    },
    instances: async (withinMs) => {
      const rows = await query<Stored<SeenInstance, "overrides">>(
        ATTEMPTS.readInstances,
        instancesSql,
        -withinMs / 1000,
      );
      return rows.map((row) => ({
        ...row,
        revision: Number(row.revision),
        overrides: jsonObject(row.overrides) ?? {},
      }));
    },
    heartbeat: async ({ id, host, pid, epoch, revision, overrides, startedAt }) => {
      const values = [id, host, pid, epoch, revision, JSON.stringify(overrides), startedAt];
      await query(ATTEMPTS.writeHeartbeat, heartbeatSql, ...values);
    },
  };
}

function statementsIn({ isoTime, now, secondsFromNow }: SqlDialect) {
  return {
    auditSql: `SELECT toggle_id AS "toggleId", feature_key AS key, action, old_state AS "oldState",
    new_state AS "newState", changed_by AS "changedBy", ${isoTime("changed_at")} AS "changedAt", notes,
    source = 'sync' AS "bySync", revision FROM feature_toggle_audit`,
    syncsSql: `SELECT sync_id AS "syncId", commit_sha AS "commit", revision, started_by AS "startedBy", summary,
    ${isoTime("synced_at")} AS "syncedAt" FROM flaghoist_syncs ORDER BY id DESC LIMIT ?`,
    instancesSql: `SELECT id, host, pid, epoch, revision, overrides, ${isoTime("started_at")} AS "startedAt",
    ${isoTime("seen_at")} AS "seenAt" FROM flaghoist_instances WHERE seen_at >= ${secondsFromNow} ORDER BY host, pid, id`,
    heartbeatSql: `INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    epoch = excluded.epoch, revision = excluded.revision, overrides = excluded.overrides, seen_at = ${now}`,
  };
}

/** Reads a column that the schema restricts to JSON objects: text in SQLite, already parsed in PostgreSQL. */
function jsonObject(value: string | JsonObject | null): JsonObject | null {
  return typeof value === "string" ? JSON.parse(value) : value;
}
