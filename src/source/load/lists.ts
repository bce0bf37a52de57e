import type { JsonValue } from "../../core/json.ts";

/** Returns whether a JSON value is a list. Unlike Array.isArray, narrows to a read-only list of JSON. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Returns a list unchanged, and a single value as a list of one. */
export function listOf(value: JsonValue): readonly JsonValue[] {
  return isList(value) ? value : [value];
}
