import type { JsonValue } from "../../core/json.ts";

/** Array.isArray for JSON, whose lists are read-only and hold JSON. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A list as it is, a single value as a list of one. */
export function listOf(value: JsonValue): readonly JsonValue[] {
  return isList(value) ? value : [value];
}
