import type { FlagKey } from "../../core/flag/flag.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RawRow } from "../../core/row/row.ts";
import { ALL_COLUMNS, BOOLEAN_COLUMNS, JSON_COLUMNS } from "../columns.ts";
import { HEAD_COLUMNS, type HeadRow, headOf } from "../head.ts";
import type { SqliteConnection } from "./driver.ts";
import type { AuditEntry, Head, SeenInstance, StoredSnapshot, SyncEntry } from "../store.ts";

/** The moment, by the database's clock, as ISO 8601. */
export const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/** @throws FlagError as headOf */
export function readHead(db: SqliteConnection, label: string): Head {
  return headOf(db.get<HeadRow>(`SELECT ${HEAD_COLUMNS} FROM flaghoist_head`), label);
}

/**
 * To be called inside a transaction: two statements, one moment.
 *
 * @param keys  only these rows; all of them unless given
 */
export function readSnapshot(
  db: SqliteConnection,
  label: string,
  columns = ALL_COLUMNS,
  keys?: readonly FlagKey[],
): StoredSnapshot {
  const head = readHead(db, label);
  const isWanted = keys === undefined ? "" : "WHERE feature_key IN (SELECT value FROM json_each(?))";
  const values = keys === undefined ? [] : [JSON.stringify(keys)];
  const select = `SELECT ${columns.join(", ")} FROM feature_toggles ${isWanted} ORDER BY feature_key`;
  const template: RawRow = JSON.parse(`{${columns.map((column) => `"${column}":null`).join(",")}}`);
  const readers = columns.map((column) => ({ column, read: readerOf(column) }));
  return { head, rows: db.lists(select, ...values).map((list) => rawRowOf(template, readers, list)) };
}

interface Reader {
  readonly column: string;
  readonly read: (value: unknown) => unknown;
}

/**
 * @param template  a row that has all columns: its copies keep the engine's fast form, in which ten thousand rows are made
 *   and read in half the time
 */
function rawRowOf(template: RawRow, readers: readonly Reader[], list: readonly unknown[]): RawRow {
  const raw: Record<string, unknown> = { ...template };
  let index = 0;
  for (const { column, read } of readers) raw[column] = read(list[index++]);
  return raw;
}

function readerOf(column: string): (value: unknown) => unknown {
  // What git said is another text for nearly every flag: remembering it would cost more than it saves.
  if (column === "synced") return parsedOrText;
  if (JSON_COLUMNS.some((json) => json === column)) return remembering(parsedOrText);
  return BOOLEAN_COLUMNS.some((boolean) => boolean === column) ? booleanOr : (value) => value;
}

function booleanOr(value: unknown): unknown {
  return value === 1 ? true : value === 0 ? false : value;
}

/** Most rows say the same in most of these columns; equal texts become one value, which nobody changes. */
function remembering(read: (value: unknown) => unknown): (value: unknown) => unknown {
  const known = new Map<unknown, unknown>();
  return (value) => {
    if (typeof value !== "string") return read(value);
    const before = known.get(value);
    if (before !== undefined) return before;
    const made = read(value);
    known.set(value, made);
    return made;
  };
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
