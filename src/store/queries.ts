import type { FlagKey } from "../core/flag/flag.ts";
import { FlagError } from "../core/errors.ts";
import { type Attempt, ATTEMPTS } from "./attempt.ts";
import { actionPart, jsonObject, jsonPart, problemIn, timePart, wholeNumberPart, withTimes } from "./readable.ts";
import type {
  AuditedColumn,
  AuditEntry,
  ChangesQuery,
  FlagStore,
  HighestHeartbeat,
  SeenInstance,
  SyncEntry,
} from "./store.ts";

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
  /** SQL for the texts in the JSON list `?`, as rows with one column, `key`. */
  readonly listedKeys: string;
  /** Returns SQL for a JSON column, with NULL in place of a value that is not JSON. */
  readonly json: (column: string) => string;
}

/**
 * A row as a database returns it: JSON columns are text in SQLite, 64-bit numbers are text in PostgreSQL. The schema restricts
 * the values, but somebody may have bypassed it.
 */
type Stored<Row, Unsure extends keyof Row> = Omit<Row, Unsure | "revision" | "bySync" | "problem"> & {
  readonly [Column in Unsure | "revision"]: unknown;
};

/** Creates the methods of a store whose SQL is the same in both databases. */
export function commonQueries(
  query: RunQuery,
  dialect: SqlDialect,
  isPushing: () => boolean,
): Pick<
  FlagStore,
  "hasSync" | "syncs" | "audit" | "manualChanges" | "lastChanges" | "instances" | "highestHeartbeat" | "heartbeat"
> {
  const { auditSql, syncsSql, instancesSql, heartbeatSql, oldHeartbeatSql } = statementsIn(dialect);

  async function audit(tail: string, ...values: readonly (string | number)[]): Promise<readonly AuditEntry[]> {
    const rows = await query<AuditRow>(ATTEMPTS.readAudit, `${auditSql} ${tail}`, ...values);
    return rows.map(auditEntry);
  }

  return {
    hasSync: async (syncId) =>
      (await query(ATTEMPTS.readSyncs, "SELECT 1 FROM flaghoist_syncs WHERE sync_id = ?", syncId)).length > 0,
    syncs: async (limit) => {
      const rows = await query<Stored<SyncEntry, "summary">>(ATTEMPTS.readSyncs, syncsSql, limit);
      return rows.map((row) => ({ ...row, revision: Number(row.revision), summary: jsonObject(row.summary) ?? {} }));
    },
    audit: async ({ key, limit }) =>
      withTimes(
        key === undefined
          ? await audit("ORDER BY id DESC LIMIT ?", limit)
          : await audit("WHERE feature_key = ? ORDER BY id DESC LIMIT ?", key, limit),
      ),
    manualChanges: async () => {
      const newest = "SELECT max(id) FROM feature_toggle_audit WHERE source = 'sql' GROUP BY feature_key";
      return byKey(await audit(`WHERE id IN (${newest})`));
    },
    lastChanges: async (asked) => {
      if (asked.keys.length === 0) return new Map();
      return byKey(await audit(`WHERE id IN (${lastChangesSql(asked, dialect)})`, JSON.stringify(asked.keys)));
    },
    instances: async (withinMs) => {
      const rows = await withOrWithoutPush(
        () => query<InstanceRow>(ATTEMPTS.readInstances, instancesSql("push"), -withinMs / 1000),
        () => query<InstanceRow>(ATTEMPTS.readInstances, instancesSql("NULL AS push"), -withinMs / 1000),
      );
      return rows.map(seenInstance);
    },
    highestHeartbeat: async () => {
      type Highest = { readonly [column in keyof HighestHeartbeat]: number | string };
      const [row] = await query<Highest>(ATTEMPTS.readInstances, HIGHEST_HEARTBEAT);
      return row === undefined ? null : { epoch: Number(row.epoch), revision: Number(row.revision) };
    },
    heartbeat: async ({ id, host, pid, epoch, revision, overrides, startedAt }) => {
      const values = [id, host, pid, epoch, revision, JSON.stringify(overrides), startedAt];
      await withOrWithoutPush(
        () => query(ATTEMPTS.writeHeartbeat, heartbeatSql, ...values, isPushing() ? 1 : 0),
        () => query(ATTEMPTS.writeHeartbeat, oldHeartbeatSql, ...values),
      );
    },
  };
}

/** Schema version 1 has no column `push` in `flaghoist_instances`. */
async function withOrWithoutPush<Result>(
  run: () => Promise<Result>,
  runWithoutPush: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof FlagError && error.code === "STORE_MISSING")) throw error;
    return runWithoutPush();
  }
}

/**
 * The most characters of `overrides` that are read, as the schema allows. A table may have larger ones from before that limit;
 * together they could exhaust the memory.
 */
const MAX_OVERRIDES = 262_144;
/** The most characters that are read of a text about a change, such as its notes. */
const MAX_TEXT = 1000;

/** The largest difference between epochs that is plausible, so that an absurd heartbeat cannot exhaust the numbers of epochs. */
const MAX_EPOCHS_AHEAD = 1000;
const HIGHEST_HEARTBEAT = `SELECT i.epoch, max(i.revision) AS revision FROM flaghoist_instances i, flaghoist_head h
  WHERE i.epoch BETWEEN h.epoch AND h.epoch + ${MAX_EPOCHS_AHEAD} AND i.revision BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}
  GROUP BY i.epoch ORDER BY i.epoch DESC LIMIT 1`;

function statementsIn({ isoTime, now, secondsFromNow }: SqlDialect) {
  return {
    auditSql: `SELECT toggle_id AS "toggleId", feature_key AS key, action, old_state AS "oldState",
    new_state AS "newState", substr(changed_by, 1, ${MAX_TEXT}) AS "changedBy", ${isoTime("changed_at")} AS "changedAt",
    substr(notes, 1, ${MAX_TEXT}) AS notes,
    source = 'sync' AS "bySync", revision FROM feature_toggle_audit`,
    syncsSql: `SELECT sync_id AS "syncId", commit_sha AS "commit", revision, started_by AS "startedBy", summary,
    ${isoTime("synced_at")} AS "syncedAt" FROM flaghoist_syncs ORDER BY id DESC LIMIT ?`,
    instancesSql: (push: string) => `SELECT id, substr(host, 1, 255) AS host, pid, epoch, revision, ${push},
    CASE WHEN length(CAST(overrides AS text)) <= ${MAX_OVERRIDES} THEN overrides END AS overrides,
    ${isoTime("started_at")} AS "startedAt", ${isoTime("seen_at")} AS "seenAt" FROM flaghoist_instances WHERE seen_at >= ${secondsFromNow} ORDER BY host, pid, id`,
    heartbeatSql: `INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at, push)
    VALUES (?, ?, ?, ?, ?, ?, ?, ? = 1) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch,
    revision = excluded.revision, overrides = excluded.overrides, seen_at = ${now}, push = excluded.push`,
    oldHeartbeatSql: `INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    epoch = excluded.epoch, revision = excluded.revision, overrides = excluded.overrides, seen_at = ${now}`,
  };
}

type AuditRow = Stored<AuditEntry, "oldState" | "newState"> & { readonly bySync: boolean | number };

function auditEntry(row: AuditRow): AuditEntry {
  return {
    ...row,
    oldState: jsonObject(row.oldState),
    newState: jsonObject(row.newState),
    bySync: Boolean(row.bySync),
    revision: Number(row.revision),
    problem: problemIn([
      ...(row.oldState === null ? [] : [jsonPart("old_state", row.oldState)]),
      ...(row.newState === null ? [] : [jsonPart("new_state", row.newState)]),
      actionPart(row.action),
      wholeNumberPart("revision", row.revision),
      timePart("changed_at", row.changedAt),
    ]),
  };
}

type InstanceRow = Stored<SeenInstance, "overrides" | "epoch" | "push">;

function seenInstance(row: InstanceRow): SeenInstance {
  const { id, host, pid, startedAt, seenAt, push } = row;
  return {
    id,
    host,
    pid,
    startedAt,
    seenAt,
    push: push === null || push === undefined ? null : Boolean(push),
    epoch: Number(row.epoch),
    revision: Number(row.revision),
    overrides: jsonObject(row.overrides) ?? {},
    problem: problemIn([
      ["overrides", `a JSON object of at most ${MAX_OVERRIDES} characters`, jsonObject(row.overrides) !== null],
      wholeNumberPart("epoch", row.epoch),
      wholeNumberPart("revision", row.revision),
    ]),
  };
}

function byKey(entries: readonly AuditEntry[]): ReadonlyMap<FlagKey, AuditEntry> {
  return new Map(entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((entry) => [entry.key, entry]));
}

/** Returns SQL for the ids of the entries. It searches the index once for each key, and stops at the first entry that matches. */
function lastChangesSql({ columns, onlyManual }: ChangesQuery, { json, listedKeys }: SqlDialect): string {
  const changed = columns.map((column) => {
    const [before, after] = ["old_state", "new_state"].map((state) => memberSql(json(state), column));
    return `(${before}) IS DISTINCT FROM (${after})`;
  });
  const newest = `SELECT id FROM feature_toggle_audit WHERE feature_key = asked.key AND action <> 'deleted'
    ${onlyManual ? "AND source = 'sql'" : ""} AND (${changed.join(" OR ")}) ORDER BY id DESC LIMIT 1`;
  return `SELECT (${newest}) FROM (${listedKeys}) asked`;
}

/** Returns SQL for a member of a state in the audit, which both databases write in the same way. */
function memberSql(state: string, column: AuditedColumn): string {
  return [state, ...column.split(".").map((name) => `'${name}'`)].join(" -> ");
}
