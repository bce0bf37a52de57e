import { conditionJson, parseCondition } from "./condition-json.ts";
import { type Path, typeText } from "../matcher/operand.ts";
import {
  DEFAULT_BY,
  FLAG_KINDS,
  FLAG_TYPES,
  WHOLE,
  type Flag,
  type FlagKey,
  type FlagKind,
  type FlagType,
  type Requirement,
  type Rollout,
  type Rule,
  type Serve,
  type Share,
} from "../flag/flag.ts";
import { FormatProblem } from "./format-problem.ts";
import { isJsonObject, isList, listOf, type JsonObject, type JsonValue } from "../json.ts";
import { rowOf, type FlagColumns, type FlagRow, type RawRow } from "./row.ts";
import { own } from "../own.ts";
import { printable } from "../printable.ts";

/** Maps the names of lists in `target_config` to attributes. */
export const LIST_ATTRIBUTES: Readonly<Record<string, string>> = {
  user_ids: "userId",
  workshop_ids: "workshopId",
  postal_codes: "postalCode",
  roles: "userRole",
};
const LIST_NAMES = new Map(Object.entries(LIST_ATTRIBUTES).map(([name, attribute]) => [attribute, name]));

/** Returns the columns that define a flag. */
export function columnsOf(flag: Flag): FlagColumns {
  const { rollout } = flag;
  return {
    display_name: flag.name,
    description: flag.description,
    enabled: flag.enabled,
    rollout_strategy: rollout.strategy,
    rollout_percentage: rollout.strategy === "percentage" ? percentageOf(rollout.portion.share) : 100,
    target_config: targetConfigOf(rollout),
    rollout_by: rollout.strategy === "percentage" ? rollout.portion.by : DEFAULT_BY,
    rules: flag.rules.map(ruleJson),
    serve: serveJson(flag.serve),
    requires: Object.fromEntries(flag.requires.map(({ flag, variants }) => [flag, variants])),
    flag_type: flag.type,
    variants: flag.variants,
    off_variant: flag.offVariant,
    fallback: flag.fallback,
    salt: flag.salt,
    client: flag.client,
    protected: flag.protected,
    metadata: {
      ...flag.metadata,
      ...(flag.owner === null ? {} : { owner: flag.owner }),
      ...(flag.kind === null ? {} : { kind: flag.kind }),
      ...(flag.expires === null ? {} : { expires: flag.expires }),
      ...(flag.tags.length === 0 ? {} : { tags: flag.tags }),
    },
  };
}

function percentageOf(share: Share): number {
  return share / 1000;
}

function targetConfigOf(rollout: Rollout): JsonObject {
  if (rollout.strategy === "role") return { roles: rollout.roles };
  if (rollout.strategy !== "whitelist") return {};
  return Object.fromEntries(
    Object.entries(rollout.lists).map(([attribute, ids]) => [LIST_NAMES.get(attribute) ?? attribute, ids]),
  );
}

function ruleJson(rule: Rule): JsonObject {
  return {
    name: rule.name,
    if: conditionJson(rule.when),
    ...(rule.portion === null ? {} : { percentage: percentageOf(rule.portion.share), by: rule.portion.by }),
    serve: serveJson(rule.serve),
  };
}

function serveJson(serve: Serve): JsonValue {
  if ("variant" in serve) return serve.variant;
  return { split: serve.split.map(({ variant, share }) => ({ variant, percentage: percentageOf(share) })) };
}

/** The result of reading a row: a flag, or the reason why the row cannot be read. */
export type ReadRow =
  | { readonly ok: true; readonly flag: Flag; readonly row: FlagRow }
  | {
      readonly ok: false;
      readonly key: string | null;
      readonly problem: string;
      /** Null if that cannot be read either. */
      readonly enabled: boolean | null;
      /** Null if that cannot be read either. */
      readonly type: FlagType | null;
    };

/**
 * Reads one row without trusting it: it may come from handwritten SQL or a newer version. Anything that is not valid is
 * reported, never guessed, so that the caller can keep the last known state of the flag.
 *
 * @param read  stores the rules that were read from other rows of the table, many of which have the same rules
 */
export function flagOfRow(raw: RawRow, read?: RulesRead): ReadRow {
  const key = typeof raw.feature_key === "string" ? raw.feature_key : null;
  const enabled = typeof raw.enabled === "boolean" ? raw.enabled : null;
  const type = FLAG_TYPES.find((known) => known === raw.flag_type) ?? null;
  try {
    if (key === null) throw new FormatProblem(["feature_key"], "expected a string");
    const row = rowOf(raw, key);
    return { ok: true, row, flag: flagOfColumns(key, row, read) };
  } catch (error) {
    if (!(error instanceof FormatProblem)) throw error;
    return { ok: false, key, problem: printable(`${error.path.join(".")}: ${error.message}`), enabled, type };
  }
}

/** Returns the flag that the columns of a row define. @throws FormatProblem if the evaluator could not read them */
export function flagOfColumns(key: FlagKey, row: FlagColumns, read?: RulesRead): Flag {
  const { owner, kind, expires, tags, ...metadata } = row.metadata;
  checkVariants(row);
  for (const column of ["off_variant", "fallback"] as const) variantAt(row[column], row.variants, [column]);
  if (/[:#]/.test(row.salt)) throw new FormatProblem(["salt"], "a salt must not contain : or #");
  const serve = serveAt(row.serve, row.variants, ["serve"]);
  return {
    key,
    name: row.display_name,
    description: row.description,
    owner: typeof owner === "string" ? owner : null,
    kind: FLAG_KINDS.find((known): known is FlagKind => known === kind) ?? null,
    expires: typeof expires === "string" ? expires : null,
    tags: isList(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    metadata,
    type: row.flag_type,
    variants: row.variants,
    offVariant: row.off_variant,
    fallback: row.fallback,
    enabled: row.enabled,
    rules: rulesAt(row, read),
    rollout: rolloutAt(row, serve),
    serve,
    requires: Object.entries(row.requires).map(requirementAt),
    salt: row.salt === "" ? key : row.salt,
    client: row.client,
    protected: row.protected,
  };
}

function checkVariants({ flag_type, variants }: FlagColumns): void {
  if (Object.keys(variants).length === 0) throw new FormatProblem(["variants"], "expected at least one variant");
  for (const [name, value] of Object.entries(variants)) {
    const fits = flag_type === "object" ? isJsonObject(value) || isList(value) : typeof value === flag_type;
    if (!fits) throw new FormatProblem(["variants", name], `expected ${flag_type}, found ${typeText(value)}`);
  }
  if (flag_type === "boolean" && !(variants["on"] === true && variants["off"] === false)) {
    throw new FormatProblem(["variants"], "expected exactly the variants on (true) and off (false) of a boolean flag");
  }
}

function rolloutAt(row: FlagColumns, serve: Serve): Rollout {
  const share = shareAt(row.rollout_percentage, ["rollout_percentage"]);
  const by = row.rollout_by === "" ? DEFAULT_BY : row.rollout_by;
  switch (row.rollout_strategy) {
    case "all":
      // Hand-written SQL leaves rollout_by alone: a split by another attribute keeps its buckets.
      if ("split" in serve && by !== DEFAULT_BY) return { strategy: "percentage", portion: { share: WHOLE, by } };
      return { strategy: "all" };
    case "percentage":
      return { strategy: "percentage", portion: { share, by } };
    case "role":
      // Other lists may remain from before a manual change to the strategy.
      return { strategy: "role", roles: listsAt(row.target_config)["userRole"] ?? [] };
    case "whitelist":
      return { strategy: "whitelist", lists: listsAt(row.target_config) };
  }
}

function listsAt(config: JsonObject): Record<string, readonly string[]> {
  // A Map, because an attribute may have the name of a property of every object, such as toString.
  const lists = new Map<string, readonly string[]>();
  for (const [name, ids] of Object.entries(config)) {
    const attribute = own(LIST_ATTRIBUTES, name) ?? name;
    if (!isList(ids)) {
      throw new FormatProblem(["target_config", name], `expected a list, found ${typeText(ids ?? null)}`);
    }
    lists.set(attribute, [...(lists.get(attribute) ?? []), ...ids.map((id) => idAt(id, ["target_config", name]))]);
  }
  return Object.fromEntries(lists);
}

function idAt(id: JsonValue, path: readonly string[]): string {
  if (typeof id === "string") return id;
  if (typeof id === "number" && Number.isSafeInteger(id)) return String(id);
  throw new FormatProblem(path, `expected a string, found ${typeText(id)}`);
}

/** Parsed rules by the value in the row, with the variants that they were parsed with. */
export type RulesRead = Map<JsonValue, { readonly variants: JsonObject; readonly rules: readonly Rule[] }>;

function rulesAt({ rules: json, variants }: FlagColumns, read: RulesRead | undefined): readonly Rule[] {
  const known = read?.get(json);
  if (known?.variants === variants) return known.rules;
  if (!isList(json)) throw new FormatProblem(["rules"], `expected a list, found ${typeText(json)}`);
  const rules = json.map((rule, index) => ruleAt(rule, variants, ["rules", index]));
  read?.set(json, { variants, rules });
  return rules;
}

function ruleAt(json: JsonValue, variants: JsonObject, path: Path): Rule {
  if (!isJsonObject(json)) throw new FormatProblem(path, `expected an object, found ${typeText(json)}`);
  const { name = "", if: when, percentage, by = DEFAULT_BY, serve = null, ...others } = json;
  const [unknown] = Object.keys(others);
  // A newer version may have written it: without it, the rule would apply to other people.
  if (unknown !== undefined) throw new FormatProblem([...path, unknown], "this field of a rule is unknown");
  if (typeof name !== "string") throw new FormatProblem([...path, "name"], "expected a string");
  if (typeof by !== "string" || by === "")
    throw new FormatProblem([...path, "by"], "expected the name of an attribute");
  if (when === undefined) throw new FormatProblem([...path, "if"], "a rule must have a condition");
  return {
    name,
    when: within([...path, "if"], () => parseCondition(when)),
    portion: percentage === undefined ? null : { share: shareAt(percentage, [...path, "percentage"]), by },
    serve: serveAt(serve, variants, [...path, "serve"]),
  };
}

function shareAt(percentage: JsonValue, path: Path): Share {
  if (typeof percentage !== "number" || !(percentage >= 0 && percentage <= 100)) {
    throw new FormatProblem(path, "expected a percentage from 0 to 100");
  }
  return Math.round(percentage * 1000);
}

function serveAt(json: JsonValue, variants: JsonObject, path: Path): Serve {
  if (!isJsonObject(json)) return { variant: variantAt(json, variants, path) };
  const { split, ...others } = json;
  if (!isList(split) || Object.keys(others).length > 0) {
    throw new FormatProblem(path, 'expected a variant or {"split": […]}');
  }
  const parts = split.map((part, index) => {
    if (!isJsonObject(part))
      throw new FormatProblem([...path, "split", index], `expected an object, found ${typeText(part)}`);
    return {
      variant: variantAt(part["variant"] ?? null, variants, [...path, "split", index, "variant"]),
      share: shareAt(part["percentage"] ?? null, [...path, "split", index, "percentage"]),
    };
  });
  const sum = parts.reduce((total, { share }) => total + share, 0);
  if (sum !== WHOLE) throw new FormatProblem([...path, "split"], `the shares add up to ${sum / 1000}; expected 100`);
  return { split: parts };
}

function variantAt(name: JsonValue, variants: JsonObject, path: Path): string {
  if (typeof name === "string" && Object.hasOwn(variants, name)) return name;
  throw new FormatProblem(path, `expected one of the variants ${Object.keys(variants).join(", ")}`);
}

function requirementAt([flag, variants]: [string, JsonValue]): Requirement {
  return {
    flag,
    variants: listOf(variants).map((name) => {
      if (typeof name === "boolean") return name ? "on" : "off";
      if (typeof name === "string") return name;
      throw new FormatProblem(["requires", flag], `expected variants, found ${typeText(name)}`);
    }),
  };
}

function within<T>(path: Path, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof FormatProblem ? new FormatProblem([...path, ...error.path], error.message) : error;
  }
}
