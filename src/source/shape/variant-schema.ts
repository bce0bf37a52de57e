import type { FlagKey } from "../../core/flag/flag.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { clause } from "./json-schema.ts";
import type { FlagVariants } from "./vocabulary.ts";

/**
 * The maximum number of sets of variants in the schema. More would make editors slow; only `hoist validate` checks the
 * rest.
 */
const MAX_SETS = 200;

/**
 * Returns clauses that restrict the variants that a flag file may name: true and false for a boolean flag; for any
 * other flag, its own variants, if some flag had the same set of variants when the schema was written.
 */
export function variantClauses(flags: ReadonlyMap<FlagKey, FlagVariants>): readonly JsonObject[] {
  const isBoolean = { properties: { type: { const: "boolean" } } };
  return [
    // The names are written as a pattern, because the parsers of editors read the keys true and false as booleans, not as
    // names of properties.
    clause(isBoolean, namesClause({ type: "boolean" }, { patternProperties: { "^(?:true|false)$": true } })),
    ...variantSets(flags).map((names) => {
      const isSet = { type: { not: { const: "boolean" } }, variants: exactly(names) };
      return clause(
        { required: ["type", "variants"], properties: isSet },
        namesClause({ type: "string", enum: names }, { properties: allowed(names) }),
      );
    }),
  ];
}

/** Returns the schema of the variants that `requires` may name, for each flag. */
export function requirementSchemas(
  flags: ReadonlyMap<FlagKey, FlagVariants>,
  general: JsonObject,
): ReadonlyMap<FlagKey, JsonObject> {
  return new Map(
    [...flags].map(([key, { type, names }]) => {
      if (type === "boolean") return [key, oneOrMore({ type: "boolean" })];
      if (type === undefined || names === undefined || names.size === 0) return [key, general];
      return [key, oneOrMore({ type: "string", enum: [...names] })];
    }),
  );
}

/** Returns the schema of overlays, which the flag schema contains only once, shared by all environments. */
export function overlaySchema(flag: JsonObject): JsonObject {
  const { properties } = flag;
  const environments = isJsonObject(properties) ? properties["environments"] : undefined;
  const overlay = isJsonObject(environments) ? environments["additionalProperties"] : undefined;
  return isJsonObject(overlay) ? overlay : {};
}

function oneOrMore(name: JsonObject): JsonObject {
  return { anyOf: [name, { type: "array", minItems: 1, items: name }] };
}

/** Applies a schema to every place where a flag names one of its variants. */
function namesClause(name: JsonObject, splitNames: JsonObject): JsonObject {
  const split = { ...splitNames, additionalProperties: false };
  const serve = { anyOf: [name, { type: "object", properties: { split } }] };
  const lines = { serve, rules: { items: { properties: { serve } } } };
  return {
    properties: {
      ...lines,
      offVariant: name,
      fallback: name,
      environments: { additionalProperties: { properties: lines } },
      tests: { items: { properties: { expect: name } } },
    },
  };
}

function exactly(names: readonly string[]): JsonObject {
  return { type: "object", required: names, properties: allowed(names), additionalProperties: false };
}

function allowed(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name): readonly [string, JsonValue] => [name, true]));
}

/** Returns each set of variants once, in a stable order. */
function variantSets(flags: ReadonlyMap<FlagKey, FlagVariants>): readonly (readonly string[])[] {
  const sets = new Map<string, readonly string[]>();
  for (const { type, names } of flags.values()) {
    if (type === "boolean" || names === undefined || names.size === 0) continue;
    const sorted = [...names].sort();
    sets.set(JSON.stringify(sorted), sorted);
  }
  const all = [...sets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, names]) => names);
  return all.slice(0, MAX_SETS);
}
