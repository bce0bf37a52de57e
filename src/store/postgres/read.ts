import { ALL_COLUMNS, kindOf, SYNCED_IF_EVALUATED } from "../columns.ts";
import { HAS_SYNCED_ROW, type HeadRow, headOf, READ_HEAD } from "../head.ts";
import type { SqlDialect } from "../queries.ts";
import type { LiveSnapshot, ReadPurpose } from "../store.ts";

/** Holds PostgreSQL's SQL for times. */
export const DIALECT: SqlDialect = {
  // to_char returns null for infinity, and an archived row must not look live.
  isoTime: (column) =>
    `coalesce(to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), ${column}::text)`,
  now: "now()",
  secondsFromNow: "now() + ? * interval '1 second'",
  listedKeys: "SELECT jsonb_array_elements_text(?::jsonb) AS key",
  json: (column) => column,
};

/** Reads head and all rows in one statement, so that both are from the same moment, even through a pooler in transaction mode. */
export const READ_SNAPSHOT = readSnapshotOf(ALL_COLUMNS);
/** Reads the head and what evaluations need of the rows. */
export const READ_EVALUATED = readSnapshotOf(ALL_COLUMNS, "", "evaluation");
/** Reads the head and the rows of the flags in `$1`. */
export const READ_WRITTEN = readSnapshotOf(ALL_COLUMNS, "WHERE feature_key = ANY ($1::text[])");

/**
 * Returns the SQL that reads the head and some columns of the rows. A column that an older schema does not have is null: the name
 * then means the column of `missing`.
 */
export function readSnapshotOf(columns: readonly string[], where = "", purpose: ReadPurpose = "sync"): string {
  const selected = columns.map((column) => {
    if (column === "synced" && purpose === "evaluation") return SYNCED_IF_EVALUATED;
    return kindOf(column) === "time" ? `${DIALECT.isoTime(column)} AS ${column}` : column;
  });
  const missing = columns.map((column) => `NULL::${kindOf(column) === "time" ? "timestamptz" : "text"} AS ${column}`);
  return `
  SELECT (SELECT row_to_json(head) FROM (${READ_HEAD}) head) AS head,
    (SELECT coalesce(json_agg(flag), '[]') FROM
      (SELECT flag.* FROM (SELECT ${missing.join(", ")}) missing, LATERAL
        (SELECT ${selected.join(", ")} FROM feature_toggles ${where} ORDER BY feature_key COLLATE "C") flag) flag) AS rows,
    ${HAS_SYNCED_ROW} AS "isSynced", NOT pg_is_in_recovery() AS "isPrimary"`;
}

/** The row that {@link READ_SNAPSHOT} selects. */
export interface SnapshotRow extends Pick<LiveSnapshot, "rows" | "isSynced" | "isPrimary"> {
  readonly head: HeadRow | null;
}

/** Converts a row to a snapshot. @throws the errors of headOf */
export function snapshotOf(row: SnapshotRow | undefined, label: string): LiveSnapshot {
  const { rows = [], isSynced = false, isPrimary = false } = row ?? {};
  return { head: headOf(row?.head, label), rows, isSynced, isPrimary };
}
