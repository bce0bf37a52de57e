import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { FlagDefinition, FlagDefinitions } from "../../src/core/flag/definitions.ts";
import type { Evaluation, EvaluationContext } from "../../src/core/evaluate/evaluation.ts";
import { BOOLEAN_VARIANTS, type Flag, type FlagKey } from "../../src/core/flag/flag.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { ParsedOverrides } from "../../src/core/override/override.ts";
import { parseOverrides } from "../../src/core/override/parse-overrides.ts";
import { flagOfRow } from "../../src/core/row/row-codec.ts";
import type { FlagColumns, RawRow } from "../../src/core/row/row.ts";

/** One evaluation whose result must be the same through every entry point. */
export interface Case {
  readonly name: string;
  readonly rows: readonly RawRow[];
  readonly archived: readonly FlagKey[];
  readonly definitions: FlagDefinitions;
  readonly overrides: ParsedOverrides;
  readonly revision: number | undefined;
  readonly flag: FlagKey;
  readonly context: EvaluationContext;
  /** The default of the caller; undefined if there is none. */
  readonly defaultValue: JsonValue | undefined;
  readonly expected: Evaluation;
  /** Whether the context exists only in this process, because JSON cannot represent it (NaN). */
  readonly isLocal: boolean;
}

interface WrittenCase {
  readonly name: string;
  readonly flags?: Readonly<Record<FlagKey, Partial<FlagColumns>>>;
  readonly archived?: readonly FlagKey[];
  readonly definitions?: Readonly<Record<FlagKey, Partial<FlagDefinition>>>;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly revision?: number;
  readonly flag?: FlagKey;
  readonly context?: EvaluationContext;
  readonly default?: JsonValue;
  readonly expect: Omit<Evaluation, "flagKey" | "metadata"> & Partial<Pick<Evaluation, "metadata">>;
}

interface WrittenCondition {
  readonly if: JsonValue;
  readonly context: EvaluationContext;
  readonly is: "holds" | "fails" | "unknown";
  readonly local?: boolean;
}

/** Returns all cases of test/cases: each outcome, then each operator. */
export function allCases(): readonly Case[] {
  return [
    ...(read("evaluation") as readonly WrittenCase[]).map((written) => caseOf(written, false)),
    ...(read("conditions") as readonly WrittenCondition[]).map(conditionCase),
  ];
}

function read(name: string): unknown {
  return parse(readFileSync(new URL(`../cases/${name}.yaml`, import.meta.url), "utf8"));
}

function caseOf(written: WrittenCase, isLocal: boolean): Case {
  const { name, flags = {}, archived = [], definitions = {}, overrides = {}, file, revision, flag = "x" } = written;
  return {
    name,
    rows: Object.entries(flags).map(([key, columns]) => aRow(key, columns)),
    archived,
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([key, wanted]) => [key, aDefinition(key, wanted)]),
    ),
    overrides: parseOverrides(
      overrides,
      file === undefined ? [] : [{ origin: "file", path: "overrides.env", text: file }],
    ),
    revision,
    flag,
    context: written.context ?? {},
    defaultValue: written.default,
    expected: { flagKey: flag, metadata: {}, ...written.expect },
    isLocal,
  };
}

/** Returns a case whose flag shows the result of a condition: holds, fails, or neither. */
function conditionCase({ if: condition, context, is, local = false }: WrittenCondition): Case {
  const rules = [
    { name: "holds", if: condition, serve: "holds" },
    { name: "fails", if: { none: [condition] }, serve: "fails" },
  ];
  const x: Partial<FlagColumns> = {
    flag_type: "string",
    variants: { holds: "holds", fails: "fails", unknown: "unknown" },
    off_variant: "unknown",
    fallback: "unknown",
    rules,
    serve: "unknown",
  };
  const [reason, metadata] =
    is === "unknown" ? (["STATIC", {}] as const) : (["TARGETING_MATCH", { rule: is }] as const);
  const name = `${JSON.stringify(condition)} on ${JSON.stringify(context)}: ${is}`;
  return caseOf({ name, flags: { x }, context, expect: { value: is, variant: is, reason, metadata } }, local);
}

/** Returns the row of a boolean flag that is on for everyone, with the given columns. */
export function aRow(key: FlagKey, columns: Partial<FlagColumns> = {}): RawRow {
  return {
    id: "00000000-0000-4000-8000-000000000001",
    feature_key: key,
    display_name: key,
    description: "",
    enabled: true,
    rollout_strategy: "all",
    rollout_percentage: 100,
    target_config: {},
    rollout_by: "userId",
    rules: [],
    serve: "on",
    requires: {},
    flag_type: "boolean",
    variants: BOOLEAN_VARIANTS,
    off_variant: "off",
    fallback: "off",
    salt: key,
    client: false,
    protected: false,
    metadata: {},
    path: null,
    commit_sha: null,
    synced: null,
    archived_at: null,
    created_at: "2026-11-02T09:30:00Z",
    updated_at: "2026-11-02T09:30:00Z",
    created_by: "dana@acme.dev",
    last_modified_by: "dana@acme.dev",
    ...columns,
  };
}

export function aDefinition(key: FlagKey, wanted: Partial<FlagDefinition> = {}): FlagDefinition {
  return {
    name: key,
    description: "",
    owner: null,
    kind: null,
    type: "boolean",
    variants: BOOLEAN_VARIANTS,
    offVariant: "off",
    fallback: "off",
    tags: [],
    client: false,
    ...wanted,
  };
}

/** Returns the flags of rows that are all readable. */
export function flagsOfRows(rows: readonly RawRow[]): readonly Flag[] {
  return rows.map((raw) => {
    const read = flagOfRow(raw);
    if (!read.ok) throw new Error(`row ${read.key ?? "without a key"}: ${read.problem}`);
    return read.flag;
  });
}
