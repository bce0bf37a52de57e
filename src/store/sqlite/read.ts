import type { FlagKey } from "../../core/flag/flag.ts";
import type { RawRow } from "../../core/row/row.ts";
import { ALL_COLUMNS, kindOf, SYNCED_IF_EVALUATED } from "../columns.ts";
import { HAS_SYNCED_ROW, type HeadRow, headOf, READ_HEAD } from "../head.ts";
import type { SqlDialect } from "../queries.ts";
import type { Head, LiveSnapshot, ReadPurpose } from "../store.ts";
import type { SqliteConnection } from "./driver.ts";
import { setOwn } from "../../core/own.ts";

/** Holds SQLite's SQL for times, which are stored as ISO 8601 text. */
export const DIALECT: SqlDialect = {
  // Longer than every time, so that a damaged one stays visible.
  isoTime: (column) => `substr(${column}, 1, 64)`,
  now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
  secondsFromNow: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ? || ' seconds')",
  listedKeys: "SELECT value AS key FROM json_each(?)",
  json: (column) => `iif(json_valid(${column}), ${column}, NULL)`,
};

/** Reads the head. @throws the errors of headOf */
export function readHead(db: SqliteConnection, label: string): Head {
  return headOf(db.get<HeadRow>(READ_HEAD), label);
}

/**
 * Reads head and rows. Call it inside a transaction, because it runs two statements.
 *
 * @param keys  restricts the rows to these flags
 */
export function readSnapshot(
  db: SqliteConnection,
  label: string,
  columns = ALL_COLUMNS,
  keys?: readonly FlagKey[],
  purpose: ReadPurpose = "sync",
): LiveSnapshot {
  const head = readHead(db, label);
  // A column that an older schema does not have stays null.
  const present = new Set(db.all<{ name: string }>(READ_COLUMNS).map(({ name }) => name));
  const selected = columns.filter((column) => present.has(column));
  const where = keys === undefined ? "" : "WHERE feature_key IN (SELECT value FROM json_each(?))";
  const values = keys === undefined ? [] : [JSON.stringify(keys)];
  const expressions = selected.map((column) =>
    column === "synced" && purpose === "evaluation" ? SYNCED_IF_EVALUATED : column,
  );
  const select = `SELECT ${expressions.join(", ")} FROM feature_toggles ${where} ORDER BY feature_key`;
  const template: RawRow = JSON.parse(`{${columns.map((column) => `"${column}":null`).join(",")}}`);
  const readers = selected.map((column) => ({ column, read: readerOf(column) }));
  const rows = db.lists(select, ...values).map((list) => rawRowOf(template, readers, list));
  const isSynced = db.get<{ isSynced: number }>(`SELECT ${HAS_SYNCED_ROW} AS "isSynced"`)?.isSynced === 1;
  return { head, rows, isSynced, isPrimary: true };
}

const READ_COLUMNS = "SELECT name FROM pragma_table_info('feature_toggles')";

interface Reader {
  readonly column: string;
  readonly read: (value: unknown) => unknown;
}

/**
 * @param template  a row that has all columns: its copies keep the engine's fast object layout, in which ten thousand rows
 *   are created and read in half the time
 */
function rawRowOf(template: RawRow, readers: readonly Reader[], list: readonly unknown[]): RawRow {
  const raw: Record<string, unknown> = { ...template };
  let index = 0;
  for (const { column, read } of readers) setOwn(raw, column, read(list[index++]));
  return raw;
}

function readerOf(column: string): Reader["read"] {
  // The texts of `synced` differ for nearly every flag: remembering them would cost more than it saves.
  if (column === "synced") return parsedOrText;
  const kind = kindOf(column);
  if (kind === "json") return remembering(parsedOrText);
  return kind === "boolean" ? booleanOrValue : (value) => value;
}

function booleanOrValue(value: unknown): unknown {
  return value === 1 ? true : value === 0 ? false : value;
}

/** Reuses the result for equal texts, because most rows have the same text in most columns. Results are never changed. */
function remembering(read: Reader["read"]): Reader["read"] {
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

/** Keeps text that is not valid JSON: the reader of the row reports it. */
function parsedOrText(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
