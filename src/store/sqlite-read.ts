import type { JsonObject } from "../core/json.ts";
import type { RawRow } from "../core/row.ts";
import { ALL_COLUMNS, BOOLEAN_COLUMNS, JSON_COLUMNS } from "./columns.ts";
import { HEAD_COLUMNS, type HeadRow, headOf } from "./head.ts";
import type { SqliteConnection } from "./sqlite-driver.ts";
import type { AuditEntry, Head, SeenInstance, StoredSnapshot, SyncEntry } from "./store.ts";

/** The moment, by the database's clock, as ISO 8601. */
export const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** @throws FlagError as headOf */
export function readHead(db: SqliteConnection, label: string): Head {
  return headOf(db.get<HeadRow>(`SELECT ${HEAD_COLUMNS} FROM flaghoist_head`), label);
}

/** To be called inside a transaction: two statements, one moment. */
export function readSnapshot(db: SqliteConnection, label: string, columns = ALL_COLUMNS): StoredSnapshot {
  const head = readHead(db, label);
  const rows = db.all<RawRow>(`SELECT ${columns.join(", ")} FROM feature_toggles ORDER BY feature_key`);
  return { head, rows: rows.map(rawRowOf) };
}

function rawRowOf(row: RawRow): RawRow {
  const raw: Record<string, unknown> = { ...row };
  for (const column of JSON_COLUMNS) raw[column] = parsedOrText(raw[column]);
  for (const column of BOOLEAN_COLUMNS)
    raw[column] = raw[column] === 1 ? true : raw[column] === 0 ? false : raw[column];
  return raw;
}

/** What is no JSON stays text: who interprets the row says so. */
function parsedOrText(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type AuditRow = Omit<AuditEntry, "oldState" | "newState" | "bySync"> & {
  readonly oldState: string | null;
  readonly newState: string | null;
  readonly bySync: number;
};

/** @param tail  what follows FROM: WHERE, ORDER BY, LIMIT */
export function readAudit(db: SqliteConnection, tail: string, ...values: readonly (string | number)[]): AuditEntry[] {
  const rows = db.all<AuditRow>(
    `SELECT toggle_id AS toggleId, feature_key AS key, action, old_state AS oldState, new_state AS newState,
       changed_by AS changedBy, changed_at AS changedAt, notes, source = 'sync' AS bySync, revision
     FROM feature_toggle_audit ${tail}`,
    ...values,
  );
  return rows.map((row) => ({
    ...row,
    oldState: jsonObject(row.oldState),
    newState: jsonObject(row.newState),
    bySync: row.bySync === 1,
  }));
}

export function readSyncs(db: SqliteConnection, limit: number): SyncEntry[] {
  const rows = db.all<Omit<SyncEntry, "summary"> & { readonly summary: string }>(
    `SELECT sync_id AS syncId, commit_sha AS "commit", revision, started_by AS startedBy, summary, synced_at AS syncedAt
     FROM flaghoist_syncs ORDER BY id DESC LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({ ...row, summary: jsonObject(row.summary) ?? {} }));
}

export function readInstances(db: SqliteConnection, withinMs: number): SeenInstance[] {
  const rows = db.all<Omit<SeenInstance, "overrides"> & { readonly overrides: string }>(
    `SELECT id, host, pid, epoch, revision, overrides, started_at AS startedAt, seen_at AS seenAt
     FROM flaghoist_instances WHERE seen_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?) ORDER BY host, pid, id`,
    `-${withinMs / 1_000} seconds`,
  );
  return rows.map((row) => ({ ...row, overrides: jsonObject(row.overrides) ?? {} }));
}

/** Of a column that a CHECK or a trigger of ours keeps to JSON objects. */
function jsonObject(text: string | null): JsonObject | null {
  return text === null ? null : JSON.parse(text);
}
