import type { FlagKey } from "../../core/flag/flag.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { clause } from "./json-schema.ts";
import type { FlagVariants } from "./vocabulary.ts";

/** Beyond so many different sets of variants an editor would become slow; those are checked by `hoist validate` alone. */
const MOST_SETS = 200;

/**
 * Which variants a flag may name, told from the file itself: a boolean flag true and false; another one, as soon as its set
 * of variants is the set of some flag that was there when the schema was written, exactly these.
 */
export function variantClauses(flags: ReadonlyMap<FlagKey, FlagVariants>): readonly JsonObject[] {
  const isBoolean = { properties: { type: { const: "boolean" } } };
  return [
    // As patterns: an editor's parser takes the keys true and false for booleans, which are no names of properties.
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

/** What `requires` may ask of each flag; the same object for all boolean flags, so that thousands stay small. */
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

/** What an environment's overlay may say, taken out of the schema of flags, where it stands once for all names. */
export function overlaySchema(flag: JsonObject): JsonObject {
  const { properties } = flag;
  const environments = isJsonObject(properties) ? properties["environments"] : undefined;
  const overlay = isJsonObject(environments) ? environments["additionalProperties"] : undefined;
  return isJsonObject(overlay) ? overlay : {};
}

function oneOrMore(name: JsonObject): JsonObject {
  return { anyOf: [name, { type: "array", minItems: 1, items: name }] };
}

/** Every place where a flag names one of its variants. */
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

/** Each set once, names as first written, in a stable order. */
function variantSets(flags: ReadonlyMap<FlagKey, FlagVariants>): readonly (readonly string[])[] {
  const sets = new Map<string, readonly string[]>();
  for (const { type, names } of flags.values()) {
    if (type === "boolean" || names === undefined || names.size === 0) continue;
    const sorted = [...names].sort();
    sets.set(JSON.stringify(sorted), sorted);
  }
  const all = [...sets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, names]) => names);
  return all.slice(0, MOST_SETS);
}
