import { FLAG_TYPES } from "../flag/flag.ts";
import { FormatProblem } from "./format-problem.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { ROLLOUT_STRATEGIES, type FlagColumns, type FlagRow, type RawRow } from "./row.ts";

/** The columns as the table has them, each of its type; what they mean together is not looked at. @throws FormatProblem */
export function rowOf(raw: RawRow, key: string): FlagRow {
  return {
    id: textAt(raw, "id"),
    feature_key: key,
    ...columnsAt(raw),
    path: nullable(raw, "path", textAt),
    commit_sha: nullable(raw, "commit_sha", textAt),
    synced: nullable(raw, "synced", (row, column) => columnsAt(objectAt(row, column))),
    archived_at: nullable(raw, "archived_at", textAt),
    created_at: textAt(raw, "created_at"),
    updated_at: textAt(raw, "updated_at"),
    created_by: textAt(raw, "created_by"),
    last_modified_by: textAt(raw, "last_modified_by"),
  };
}

/** Only what git decides, of a whole row. */
export function columnsIn(row: FlagRow): FlagColumns {
  return columnsAt({ ...row });
}

function columnsAt(raw: Row): FlagColumns {
  return {
    display_name: textAt(raw, "display_name"),
    description: nullable(raw, "description", textAt) ?? "",
    enabled: booleanAt(raw, "enabled"),
    rollout_strategy: wordAt(raw, "rollout_strategy", ROLLOUT_STRATEGIES),
    rollout_percentage: numberAt(raw, "rollout_percentage"),
    target_config: objectAt(raw, "target_config"),
    rollout_by: textAt(raw, "rollout_by"),
    rules: jsonAt(raw, "rules"),
    serve: jsonAt(raw, "serve"),
    requires: objectAt(raw, "requires"),
    flag_type: wordAt(raw, "flag_type", FLAG_TYPES),
    variants: objectAt(raw, "variants"),
    off_variant: textAt(raw, "off_variant"),
    fallback: textAt(raw, "fallback"),
    salt: textAt(raw, "salt"),
    client: booleanAt(raw, "client"),
    protected: booleanAt(raw, "protected"),
    metadata: objectAt(raw, "metadata"),
  };
}

type Row = Readonly<Record<string, unknown>>;

function nullable<T>(row: Row, column: string, read: (row: Row, column: string) => T): T | null {
  return row[column] === null || row[column] === undefined ? null : read(row, column);
}

function textAt(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrong(column, "string");
}

function numberAt(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : wrong(column, "number");
}

function booleanAt(row: Row, column: string): boolean {
  const value = row[column];
  return typeof value === "boolean" ? value : wrong(column, "boolean");
}

function objectAt(row: Row, column: string): JsonObject {
  const value = row[column];
  return isJsonObject(value) ? value : wrong(column, "JSON object");
}

function jsonAt(row: Row, column: string): JsonValue {
  const value = row[column];
  return isPresent(value) ? value : wrong(column, "JSON value");
}

function isPresent(value: unknown): value is JsonValue {
  return value !== undefined;
}

function wordAt<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = row[column];
  return words.find((word) => word === value) ?? wrong(column, `one of ${words.join(", ")}`);
}

function wrong(column: string, expected: string): never {
  throw new FormatProblem([column], `expected ${/^[aeiou]/.test(expected) ? "" : "a "}${expected}`);
}
