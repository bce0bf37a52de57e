import configSchema from "../../../schema/config.schema.json" with { type: "json" };
import flagSchema from "../../../schema/flag.schema.json" with { type: "json" };
import segmentSchema from "../../../schema/segment.schema.json" with { type: "json" };
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { attributeDefinitions, valuesOf } from "./attribute-schema.ts";
import { membersOf } from "./json-schema.ts";
import { isList } from "../load/lists.ts";
import type { LoadedFlags } from "../load/load.ts";
import { overlaySchema, requirementSchemas, variantClauses } from "./variant-schema.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The JSON Schemas of one repository's files, by kind. */
export interface RepositorySchema {
  readonly flag: JsonObject;
  readonly segment: JsonObject;
  readonly config: JsonObject;
}

/**
 * The schemas that every flag file is checked against, narrowed to what this repository declares: its segments,
 * attributes with their values, owners, environments, flags and variants. For editors, which complete from it and show
 * the same problems as `hoist validate`. Where a declaration is missing or broken the general schema stands, so that one
 * mistake does not mark every file.
 */
export function repositorySchema({ words, segments }: Pick<LoadedFlags, "words" | "segments">): RepositorySchema {
  const about = new Map([...segments].map(([name, { description }]) => [name, description]));
  return {
    flag: narrowedFlag(flagSchema, words, about),
    segment: narrowed(segmentSchema, words, about),
    config: withoutId(configSchema),
  };
}

/** What the property of a name becomes, wherever it stands. */
type Narrowing = Readonly<Record<string, (schema: JsonObject) => JsonObject>>;

function narrowedFlag(schema: JsonObject, words: Vocabulary, about: ReadonlyMap<string, string>): JsonObject {
  const flag = narrowed(schema, words, about);
  return {
    ...flag,
    allOf: variantClauses(words.flags),
    $defs: { ...membersOf(flag, "$defs"), Overlay: overlaySchema(schema) },
  };
}

/** The general schema with every narrowing applied, and the conditions' attributes spelled out. */
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
            // Tests may say anything of an attribute, also what no declaration allows: values are only proposed.
            return closed(schema, names, (name) => ({
              ...membersOf(schema, "additionalProperties"),
              ...valuesOf(attributes.get(name)),
            }));
          },
        }),
    ...(roles === undefined
      ? {}
      : { roles: (schema) => ({ ...schema, items: { type: "string", enum: roles.map(String) } }) }),
    // Names of variants are checked where they are known; this would refuse the keys true and false of a boolean's split.
    split: (schema) => without(schema, "propertyNames"),
    segment: (schema) => ({ ...schema, ...segmentMember(segments, about) }),
    requires: (schema) => {
      const kinds = requirementSchemas(flags, membersOf(schema, "additionalProperties"));
      return closed(schema, flags.keys(), (key) => kinds.get(key) ?? true);
    },
  };
}

/** Every property that has a narrowing, at any depth. */
function mapped(schema: JsonObject, narrowing: Narrowing): JsonObject {
  const members = Object.entries(schema).map(([name, member]): readonly [string, JsonValue] => {
    if (name !== "properties" || !isJsonObject(member)) return [name, mappedValue(member, narrowing)];
    const properties = Object.entries(member).map(([property, value]): readonly [string, JsonValue] => {
      const inside = mappedValue(value, narrowing);
      const narrow = Object.hasOwn(narrowing, property) ? narrowing[property] : undefined;
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

/** A mapping with exactly these keys, and those that it has by name already. */
function closed(schema: JsonObject, names: Iterable<string>, of: (name: string) => JsonValue): JsonObject {
  const properties = Object.fromEntries(sorted(names).map((name) => [name, of(name)]));
  return {
    ...without(schema, "propertyNames"),
    properties: { ...membersOf(schema, "properties"), ...properties },
    additionalProperties: false,
  };
}

/** An `enum` must not be empty: where there are no names, any text stays allowed, and `hoist validate` says more. */
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

/** Two schemas of one name in one editor would be taken for one. */
function withoutId(schema: JsonObject): JsonObject {
  return without(schema, "$id");
}

function without(schema: JsonObject, keyword: string): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...names].sort();
}
