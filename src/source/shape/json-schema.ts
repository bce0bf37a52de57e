import { isJsonObject, isList, type JsonObject } from "../../core/json.ts";
import { own } from "../../core/own.ts";

/** Returns the member of that name if it is a mapping, else an empty mapping. */
export function membersOf(schema: JsonObject, name: string): JsonObject {
  const member = own(schema, name);
  return isJsonObject(member) ? member : {};
}

/** Returns the branches of `anyOf`, flattened; a schema without `anyOf` is its only branch. */
export function branchesOf(schema: JsonObject): readonly JsonObject[] {
  const { anyOf } = schema;
  return isList(anyOf) ? anyOf.filter(isJsonObject).flatMap(branchesOf) : [schema];
}

/** Returns the definition that a `$ref` into `root` names; any other schema as it is. */
export function resolveRef(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref } = schema;
  return typeof $ref === "string" ? membersOf(membersOf(root, "$defs"), $ref.replace("#/$defs/", "")) : schema;
}

/** Requires `consequence` of every document that satisfies `condition`. */
export function clause(condition: JsonObject, consequence: JsonObject): JsonObject {
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
  return { if: condition, then: consequence };
}
