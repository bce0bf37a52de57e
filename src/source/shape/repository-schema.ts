import configSchema from "../../../schema/config.schema.json" with { type: "json" };
import flagSchema from "../../../schema/flag.schema.json" with { type: "json" };
import segmentSchema from "../../../schema/segment.schema.json" with { type: "json" };
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { attributeDefinitions, valuesOf } from "./attribute-schema.ts";
import { membersOf } from "./json-schema.ts";
import type { LoadedFlags } from "../load/load.ts";
import { overlaySchema, requirementSchemas, variantClauses } from "./variant-schema.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { own, without } from "../../core/own.ts";

/** The JSON Schemas of the files of one repository, by kind. */
export interface RepositorySchema {
  readonly flag: JsonObject;
  readonly segment: JsonObject;
  readonly config: JsonObject;
}

/**
 * Narrows the general schemas to what a repository declares: its segments, attributes with their values, owners, environments,
 * flags and variants. Editors use the result to complete names and to show the same problems as `hoist validate`. Where a
 * declaration is missing or broken, the general schema remains, so that one mistake does not mark every file.
 */
export function repositorySchema({ words, segments }: Pick<LoadedFlags, "words" | "segments">): RepositorySchema {
  const about = new Map([...segments].map(([name, { description }]) => [name, description]));
  return {
    flag: narrowedFlag(flagSchema, words, about),
    segment: narrowed(segmentSchema, words, about),
    config: withoutId(configSchema),
  };
}

/** Narrows the schema of a property, by its name, wherever the property occurs. */
type Narrowing = Readonly<Record<string, (schema: JsonObject) => JsonObject>>;

function narrowedFlag(schema: JsonObject, words: Vocabulary, about: ReadonlyMap<string, string>): JsonObject {
  const flag = narrowed(schema, words, about);
  return {
    ...flag,
    allOf: variantClauses(words.flags),
    $defs: { ...membersOf(flag, "$defs"), Overlay: overlaySchema(schema) },
  };
}

/** Applies all narrowings, and lists the declared attributes in conditions. */
function narrowed(schema: JsonObject, words: Vocabulary, about: ReadonlyMap<string, string>): JsonObject {
  const whole = mapped(withoutId(schema), narrowings(words, about));
  const { attributes } = words;
  if (attributes === undefined) return whole;
  const $defs = membersOf(whole, "$defs");
  const Condition = closed(membersOf($defs, "Condition"), attributes.keys(), (name) => {
    return { $ref: `#/$defs/Attribute.${name}` };
  });
  return { ...whole, $defs: { ...$defs, Condition, ...attributeDefinitions(attributes, membersOf($defs, "Matcher")) } };
}

function narrowings(
  { owners, environments, attributes, segments, flags }: Vocabulary,
  about: ReadonlyMap<string, string>,
): Narrowing {
  const roles = attributes?.get("userRole")?.values;
  return {
    ...(owners === undefined ? {} : { owner: (schema) => oneOfNames(schema, owners) }),
    ...(environments === undefined
      ? {}
      : {
          in: (schema) => oneOfNames(schema, environments),
          environments: (schema) => closed(schema, environments, () => ({ $ref: "#/$defs/Overlay" })),
          acknowledge: (schema) => closed(schema, environments, () => membersOf(schema, "additionalProperties")),
        }),
    ...(attributes === undefined
      ? {}
      : {
          by: (schema) => {
            const subjects = [...attributes].filter(([, { type }]) => type === "string" || type === "number");
            return oneOfNames(
              schema,
              subjects.map(([name]) => name),
            );
          },
          whitelist: (schema) => closed(schema, attributes.keys(), () => membersOf(schema, "additionalProperties")),
          given: (schema) => {
            const names = new Set([...attributes.keys(), "targetingKey"]);
            // A test may use values that are not declared, so the declared ones are only examples.
            return closed(schema, names, (name) => ({
              ...membersOf(schema, "additionalProperties"),
              ...valuesOf(attributes.get(name)),
            }));
          },
        }),
    ...(roles === undefined
      ? {}
      : { roles: (schema) => ({ ...schema, items: { type: "string", enum: roles.map(String) } }) }),
    // The pattern for names of variants would refuse the keys true and false in the split of a boolean flag.
    split: (schema) => without(schema, "propertyNames"),
    segment: (schema) => ({ ...schema, ...segmentMember(segments, about) }),
    requires: (schema) => {
      const kinds = requirementSchemas(flags, membersOf(schema, "additionalProperties"));
      return closed(schema, flags.keys(), (key) => kinds.get(key) ?? true);
    },
  };
}

/** Applies narrowings to properties at any depth. */
function mapped(schema: JsonObject, narrowing: Narrowing): JsonObject {
  const members = Object.entries(schema).map(([name, member]): readonly [string, JsonValue] => {
    if (name !== "properties" || !isJsonObject(member)) return [name, mappedValue(member, narrowing)];
    const properties = Object.entries(member).map(([property, value]): readonly [string, JsonValue] => {
      const inside = mappedValue(value, narrowing);
      const narrow = own(narrowing, property);
      return [property, narrow === undefined || !isJsonObject(inside) ? inside : narrow(inside)];
    });
    return [name, Object.fromEntries(properties)];
  });
  return Object.fromEntries(members);
}

function mappedValue(value: JsonValue, narrowing: Narrowing): JsonValue {
  if (isList(value)) return value.map((item) => mappedValue(item, narrowing));
  return isJsonObject(value) ? mapped(value, narrowing) : value;
}

/** Allows only these keys and the properties that the schema already has. */
function closed(schema: JsonObject, names: Iterable<string>, of: (name: string) => JsonValue): JsonObject {
  const properties = Object.fromEntries(sorted(names).map((name) => [name, of(name)]));
  return {
    ...without(schema, "propertyNames"),
    properties: { ...membersOf(schema, "properties"), ...properties },
    additionalProperties: false,
  };
}

/** Allows only these names. Without names, the schema remains as it is, because an `enum` must not be empty. */
function oneOfNames(schema: JsonObject, names: Iterable<string>): JsonObject {
  const all = sorted(names);
  return all.length === 0 ? schema : { ...schema, enum: all };
}

function segmentMember(names: ReadonlySet<string>, about: ReadonlyMap<string, string>): JsonObject {
  const all = sorted(names);
  if (all.length === 0) return {};
  const name = { type: "string", enum: all, enumDescriptions: all.map((segment) => about.get(segment) ?? "") };
  return { anyOf: [name, { type: "array", minItems: 1, items: name }] };
}

/** Removes `$id`: an editor would take two schemas with the same id for one. */
function withoutId(schema: JsonObject): JsonObject {
  return without(schema, "$id");
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...names].sort();
}
