import { FLAG_TYPES, type FlagKey, type FlagType, type VariantName } from "../flag/flag.ts";
import { isJsonObject, isNestedWithin, type JsonObject, type JsonValue, sameJson } from "../json.ts";
import { FormatProblem } from "./format-problem.ts";
import { own } from "../own.ts";

export const ROLLOUT_STRATEGIES = ["all", "percentage", "whitelist", "role"] as const;
export type RolloutStrategy = (typeof ROLLOUT_STRATEGIES)[number];

/**
 * Describes the columns of a row that the files decide. Evaluation reads these columns and nothing else, so that
 * handwritten SQL takes effect as written.
 */
export interface FlagColumns {
  readonly display_name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly rollout_strategy: RolloutStrategy;
  /** Per cent, 0 to 100, at most 3 decimals. 100 if the strategy is not `percentage`. */
  readonly rollout_percentage: number;
  /** `{"roles": […]}` for `role`; `user_ids`, `workshop_ids`, `postal_codes`, `roles` or attribute names for `whitelist`. */
  readonly target_config: JsonObject;
  /** The attribute whose value decides the share and the split of the default rollout. */
  readonly rollout_by: string;
  /** `[{"name": "…", "if": {…}, "percentage": 25, "by": "userId", "serve": "on"}]`; percentage and by may be left out. */
  readonly rules: JsonValue;
  /** A variant's name, or `{"split": [{"variant": "blue", "percentage": 33}, …]}`. */
  readonly serve: JsonValue;
  /** `{"other_flag": ["on"]}`. */
  readonly requires: JsonObject;
  readonly flag_type: FlagType;
  readonly variants: JsonObject;
  readonly off_variant: VariantName;
  readonly fallback: VariantName;
  readonly salt: string;
  readonly client: boolean;
  readonly protected: boolean;
  /** The file's mapping plus `owner`, `kind`, `expires` and `tags`. */
  readonly metadata: JsonObject;
}

/**
 * The columns according to git at the last sync. `killed` is set where someone disabled the flag manually although git had
 * disabled it already: the flag then stays disabled when git enables it.
 */
export type SyncedColumns = FlagColumns & { readonly killed?: true };

/** A whole row. */
export interface FlagRow extends FlagColumns {
  /** A uuid. */
  readonly id: string;
  readonly feature_key: FlagKey;
  /** The file that it came from, e.g. `flags/workshop/workshop_routing.yaml`; null for a row inserted manually. */
  readonly path: string | null;
  /** The last commit that changed the row; null for a work-tree sync and for a row inserted manually. */
  readonly commit_sha: string | null;
  /** The columns of git at the last sync; null for a row inserted manually. */
  readonly synced: SyncedColumns | null;
  /** ISO 8601, or null while the flag is live. */
  readonly archived_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly created_by: string;
  readonly last_modified_by: string;
}

/** Says how a column is stored: JSON is text in SQLite and jsonb in PostgreSQL, booleans are 0 and 1 in SQLite. */
export type ColumnKind = "text" | "number" | "boolean" | "json" | "time";

/** The kind of each column that the files decide, in the order in which the columns are written. */
export const FLAG_COLUMN_KINDS: Readonly<Record<keyof FlagColumns, ColumnKind>> = {
  display_name: "text",
  description: "text",
  enabled: "boolean",
  rollout_strategy: "text",
  rollout_percentage: "number",
  target_config: "json",
  rollout_by: "text",
  rules: "json",
  serve: "json",
  requires: "json",
  flag_type: "text",
  variants: "json",
  off_variant: "text",
  fallback: "text",
  salt: "text",
  client: "boolean",
  protected: "boolean",
  metadata: "json",
};

/** The kind of every column. */
export const ROW_COLUMN_KINDS: Readonly<Record<keyof FlagRow, ColumnKind>> = {
  ...FLAG_COLUMN_KINDS,
  id: "text",
  feature_key: "text",
  path: "text",
  commit_sha: "text",
  synced: "json",
  archived_at: "time",
  created_at: "time",
  updated_at: "time",
  created_by: "text",
  last_modified_by: "text",
};

/** Describes a row as a database returned it: JSON columns are parsed if possible, and nothing else is certain. */
export type RawRow = { readonly [column in keyof FlagRow]?: unknown };

type Column = keyof FlagColumns;

/**
 * Groups the columns that have a meaning only together, so that a manual change and a change in git are merged as a whole: a
 * percentage from git beside a strategy set by SQL would have a meaning that nobody intended. Every other column is a group of its own.
 */
export const FIELD_GROUPS = {
  enabled: ["enabled"],
  rollout: ["rollout_strategy", "rollout_percentage", "target_config"],
  rules: ["rules"],
  serve: ["serve"],
  name: ["display_name"],
  description: ["description"],
  by: ["rollout_by"],
  requires: ["requires"],
  type: ["flag_type"],
  variants: ["variants"],
  offVariant: ["off_variant"],
  fallback: ["fallback"],
  salt: ["salt"],
  client: ["client"],
  protected: ["protected"],
  metadata: ["metadata"],
} as const satisfies Readonly<Record<string, readonly Column[]>>;

/** The name of a group of columns. */
export type FieldGroup = keyof typeof FIELD_GROUPS;
export const FIELD_GROUP_NAMES: readonly FieldGroup[] = Object.keys(FIELD_GROUPS).filter((name): name is FieldGroup =>
  Object.hasOwn(FIELD_GROUPS, name),
);

/** Lists the groups that only people read; no answer depends on them. */
export const PROSE_GROUPS: ReadonlySet<FieldGroup> = new Set(["name", "description", "metadata"]);

/** Lists the columns of {@link PROSE_GROUPS}. */
export const PROSE_COLUMNS: ReadonlySet<string> = new Set([...PROSE_GROUPS].flatMap((group) => FIELD_GROUPS[group]));

/** Returns whether two rows agree in one group. */
export function agree(group: FieldGroup, a: FlagColumns, b: FlagColumns): boolean {
  return FIELD_GROUPS[group].every((column) => sameJson(a[column], b[column]));
}

/** Returns whether two rows agree in every group. */
export function agreeInAll(a: FlagColumns, b: FlagColumns): boolean {
  return FIELD_GROUP_NAMES.every((group) => agree(group, a, b));
}

/** Returns the groups in which two rows differ. */
export function differingGroups(a: FlagColumns, b: FlagColumns): readonly FieldGroup[] {
  return FIELD_GROUP_NAMES.filter((group) => !agree(group, a, b));
}

/** Returns `target` with the columns of one group taken from `source`. */
export function withGroup(target: FlagColumns, group: FieldGroup, source: FlagColumns): FlagColumns {
  const columns = FIELD_GROUPS[group].map((column) => [column, source[column]]);
  return { ...target, ...Object.fromEntries(columns) };
}

/** Checks that each column has its type, but not what the columns mean together. @throws FormatProblem */
export function rowOf(raw: RawRow, key: string): FlagRow {
  return {
    id: textAt(raw, "id"),
    feature_key: key,
    ...columnsAt(raw),
    path: nullable(raw, "path", textAt),
    commit_sha: nullable(raw, "commit_sha", textAt),
    synced: nullable(raw, "synced", (row, column) => syncedAt(objectAt(row, column))),
    archived_at: nullable(raw, "archived_at", textAt),
    created_at: textAt(raw, "created_at"),
    updated_at: textAt(raw, "updated_at"),
    created_by: textAt(raw, "created_by"),
    last_modified_by: textAt(raw, "last_modified_by"),
  };
}

/** Returns only the columns that the files decide. */
export function columnsIn(row: FlagColumns): FlagColumns {
  return columnsAt({ ...row });
}

function syncedAt(raw: Row): SyncedColumns {
  return { ...columnsAt(raw), ...(raw["killed"] === true ? { killed: true } : {}) };
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

const textAt = columnReader((value) => typeof value === "string", "a string");
const numberAt = columnReader((value) => typeof value === "number", "a number");
const booleanAt = columnReader((value) => typeof value === "boolean", "a boolean");
const objectAt = columnReader(
  (value): value is JsonObject => isJsonObject(value) && isNestedWithin(value),
  "a JSON object",
);
const jsonAt = columnReader(
  (value): value is JsonValue => value !== undefined && isNestedWithin(value),
  "a JSON value that is less deeply nested",
);

/** Creates a function that reads a column of one type. */
function columnReader<T>(isOfType: (value: unknown) => value is T, expected: string) {
  return (row: Row, column: string): T => {
    const value = own(row, column);
    return isOfType(value) ? value : wrong(column, expected);
  };
}

function nullable<T>(row: Row, column: string, read: (row: Row, column: string) => T): T | null {
  return own(row, column) === null || own(row, column) === undefined ? null : read(row, column);
}

function wordAt<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = own(row, column);
  return words.find((word) => word === value) ?? wrong(column, `one of ${words.join(", ")}`);
}

function wrong(column: string, expected: string): never {
  throw new FormatProblem([column], `expected ${expected}`);
}
