import { ALL_COLUMNS, EVALUATED_COLUMNS, TIME_COLUMNS } from "../columns.ts";
import { HEAD_COLUMNS, type HeadRow, headOf } from "../head.ts";
import type { RawRow } from "../../core/row/row.ts";
import type { StoredSnapshot } from "../store.ts";

/** A column as ISO 8601 in UTC, whatever time zone the session has: the text that SQLite stores. */
export function isoTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

export const READ_HEAD = `SELECT ${HEAD_COLUMNS} FROM flaghoist_head`;

/** Head and rows in one statement: one moment, also through a pooler that hands out connections by transaction. */
export const READ_SNAPSHOT = readSnapshotOf(ALL_COLUMNS);
export const READ_EVALUATED = readSnapshotOf(EVALUATED_COLUMNS);
/** Head and the rows of some keys, which are the first value. */
export const READ_WRITTEN = readSnapshotOf(ALL_COLUMNS, "WHERE feature_key = ANY ($1::text[])");

function readSnapshotOf(columns: readonly string[], where = ""): string {
  const selected = columns.map((column) =>
    TIME_COLUMNS.some((time) => time === column) ? `${isoTime(column)} AS ${column}` : column,
  );
  return `
  SELECT (SELECT row_to_json(head) FROM (${READ_HEAD}) head) AS head,
    (SELECT coalesce(json_agg(flag), '[]') FROM
      (SELECT ${selected.join(", ")} FROM feature_toggles ${where} ORDER BY feature_key COLLATE "C") flag) AS rows`;
}

export interface SnapshotRow {
  readonly head: HeadRow | null;
  readonly rows: readonly RawRow[];
}

/** @throws FlagError as headOf */
export function snapshotOf(row: SnapshotRow | undefined, label: string): StoredSnapshot {
  return { head: headOf(row?.head, label), rows: row?.rows ?? [] };
}
