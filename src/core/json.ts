import { own } from "./own.ts";
/** Any value that JSON can express. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Returns whether a value is a plain JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns whether a JSON value is a list. Unlike Array.isArray, narrows to a read-only list of JSON. */
export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Returns a list unchanged, and a single value as a list of one. */
export function listOf(value: JsonValue): readonly JsonValue[] {
  return isList(value) ? value : [value];
}

/** Far deeper than the values of a flag are, and far shallower than what a recursive function can walk. */
const MAX_DEPTH = 500;

/** Returns whether a JSON value is nested at most `depth` levels deep, so that functions that recurse may walk it. */
export function isNestedWithin(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (!isNestedWithin(member, depth - 1)) return false;
  }
  return true;
}

/** Returns whether two values have the same {@link canonicalJson}, without creating the texts. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return canonicalJson(a) === canonicalJson(b);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, n) => sameJson(item, b[n]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  let present = 0;
  for (const name of Object.keys(a)) {
    const member = own(a, name);
    if (member === undefined) continue;
    present += 1;
    if (!Object.hasOwn(b, name) || !sameJson(member, own(b, name))) return false;
  }
  for (const name of Object.keys(b)) if (own(b, name) !== undefined) present -= 1;
  return present === 0;
}

/**
 * Returns the canonical text of plain data: keys are sorted by code point, white space and absent members are omitted.
 * Two values are equal exactly when their texts are equal, even if a database reorders their keys, as jsonb does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
