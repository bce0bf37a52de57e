import type { Pool } from "pg";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { applyToPostgres } from "./apply.ts";
import { openPool } from "./driver.ts";
import { type Attempt, postgresError } from "./errors.ts";
import { isoTime, READ_EVALUATED, READ_HEAD, READ_SNAPSHOT, snapshotOf, type SnapshotRow } from "./read.ts";
import { watchPostgres } from "./watch.ts";
import { type HeadRow, headOf } from "../head.ts";
import type { AuditEntry, FlagStore, SeenInstance, SyncEntry } from "../store.ts";

const AUDIT = `SELECT toggle_id AS "toggleId", feature_key AS key, action, old_state AS "oldState", new_state AS "newState",
  changed_by AS "changedBy", ${isoTime("changed_at")} AS "changedAt", notes, source = 'sync' AS "bySync",
  revision::float8 AS revision FROM feature_toggle_audit`;
const SYNCS = `SELECT sync_id AS "syncId", commit_sha AS commit, revision::float8 AS revision, started_by AS "startedBy",
  summary, ${isoTime("synced_at")} AS "syncedAt" FROM flaghoist_syncs ORDER BY id DESC LIMIT $1`;
const INSTANCES = `SELECT id, host, pid, epoch, revision::float8 AS revision, overrides,
  ${isoTime("started_at")} AS "startedAt", ${isoTime("seen_at")} AS "seenAt" FROM flaghoist_instances
  WHERE seen_at >= now() - $1 * interval '1 millisecond' ORDER BY host, pid, id`;
const HEARTBEAT = `INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET
  epoch = excluded.epoch, revision = excluded.revision, overrides = excluded.overrides, seen_at = now()`;

/**
 * A store in a PostgreSQL database that has our tables. Reading needs no session: it works through a pooler.
 *
 * @throws FlagError STORE_MISSING, STORE_NEWER, STORE_UNREACHABLE, STORE_FORBIDDEN; USAGE where `pg` is not installed
 */
export async function openPostgresStore(url: string, label: string, readOnly: boolean): Promise<FlagStore> {
  const pool = await openPool(url, readOnly).catch((error: unknown) => {
    throw asError(error, { what: "opening", rights: "CONNECT" });
  });
  const watches = new Set<() => void>();

  function asError(error: unknown, attempt: Attempt): unknown {
    return postgresError(error, attempt, url, label);
  }
  async function rowsOf<Row extends object>(attempt: Attempt, sql: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return await queried<Row>(pool, sql, values);
    } catch (error) {
      throw asError(error, attempt);
    }
  }
  async function readHead() {
    const [row] = await rowsOf<HeadRow>({ what: "reading the head", rights: "SELECT ON flaghoist_head" }, READ_HEAD);
    return headOf(row, label);
  }
  const auditRows = (tail: string, values: unknown[]): Promise<AuditEntry[]> =>
    rowsOf({ what: "reading the audit", rights: "SELECT ON feature_toggle_audit" }, `${AUDIT} ${tail}`, values);

  try {
    await readHead();
  } catch (error) {
    pool.end().catch(() => {});
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    label,
    readHead,
    read: async (purpose) => {
      const attempt = { what: "reading the flags", rights: "SELECT ON flaghoist_head, feature_toggles" };
      const [row] = await rowsOf<SnapshotRow>(attempt, purpose === "evaluation" ? READ_EVALUATED : READ_SNAPSHOT);
      return snapshotOf(row, label);
    },
    apply: (batch) => {
      if (readOnly) throw new FlagError("STORE_READ_ONLY", `${label} was opened for reading only`);
      return applyToPostgres(url, batch, label);
    },
    hasSync: async (syncId) => {
      const attempt = { what: "looking for a sync", rights: "SELECT ON flaghoist_syncs" };
      return (await rowsOf(attempt, "SELECT 1 FROM flaghoist_syncs WHERE sync_id = $1", [syncId])).length > 0;
    },
    syncs: (limit) =>
      rowsOf<SyncEntry>({ what: "reading the syncs", rights: "SELECT ON flaghoist_syncs" }, SYNCS, [limit]),
    audit: ({ key, limit }) =>
      key === undefined
        ? auditRows("ORDER BY id DESC LIMIT $1", [limit])
        : auditRows("WHERE feature_key = $1 ORDER BY id DESC LIMIT $2", [key, limit]),
    handEdits: async () => {
      const newest = "SELECT max(id) FROM feature_toggle_audit WHERE source = 'sql' GROUP BY feature_key";
      const rows = await auditRows(`WHERE id IN (${newest}) ORDER BY feature_key COLLATE "C"`, []);
      return new Map<FlagKey, AuditEntry>(rows.map((row) => [row.key, row]));
    },
    instances: (withinMs) =>
      rowsOf<SeenInstance>({ what: "reading the instances", rights: "SELECT ON flaghoist_instances" }, INSTANCES, [
        withinMs,
      ]),
    heartbeat: async ({ id, host, pid, epoch, revision, overrides, startedAt }) => {
      const attempt = { what: "writing the heartbeat", rights: "SELECT, INSERT, UPDATE ON flaghoist_instances" };
      await rowsOf(attempt, HEARTBEAT, [id, host, pid, epoch, revision, JSON.stringify(overrides), startedAt]);
    },
    watch: (onHint) => {
      const stop = watchPostgres(url, onHint);
      watches.add(stop);
      return () => {
        watches.delete(stop);
        stop();
      };
    },
    close: () => {
      for (const stop of watches) stop();
      watches.clear();
      closing ??= pool.end();
      return closing;
    },
  };
}

/** `pool.query` throws the connection away when its answer is late or it is broken. */
async function queried<Row extends object>(pool: Pool, sql: string, values: unknown[]): Promise<Row[]> {
  const { rows } = await pool.query<Row>(sql, values);
  return rows;
}
