import { isJsonObject, type JsonObject } from "../../core/json.ts";

/** A JSON Schema, as far as we look into it. */
export type Schema = Readonly<Record<string, unknown>>;

export function isSchema(value: unknown): value is Schema {
  return isJsonObject(value);
}

/** The member of that name where it is a mapping, else an empty one. */
export function memberOf(schema: Schema, name: string): Schema {
  const member = schema[name];
  return isSchema(member) ? member : {};
}

/** What else has to hold for documents that meet a condition. */
export function clause(condition: JsonObject, consequence: JsonObject): JsonObject {
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
  return { if: condition, then: consequence };
}
