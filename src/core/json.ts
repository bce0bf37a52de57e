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
  return compared(a, b) > 0;
}

/** The number of compared values from which on a result is stored. */
const WORTH_STORING = 100;

/**
 * The results for large values. Values do not change, and the same ones are compared for every environment and every flag
 * that uses a segment.
 */
const results = new WeakMap<object, WeakMap<object, number>>();

/** Returns the number of values that were compared; it is negative if two of them differ. */
function compared(a: unknown, b: unknown): number {
  if (a === b) return 1;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return canonicalJson(a) === canonicalJson(b) ? 1 : -1;
  }
  const known = results.get(a)?.get(b);
  if (known !== undefined) return known;
  const result = comparedMembers(a, b);
  if (Math.abs(result) >= WORTH_STORING) {
    const others = results.get(a) ?? new WeakMap<object, number>();
    results.set(a, others.set(b, result));
  }
  return result;
}

function comparedMembers(a: object, b: object): number {
  let count = 1;
  const isSame = (member: unknown, other: unknown): boolean => {
    const result = compared(member, other);
    count += Math.abs(result);
    return result > 0;
  };
  if (Array.isArray(a) || Array.isArray(b)) {
    const areSame =
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, n) => isSame(item, b[n]));
    return areSame ? count : -count;
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return -count;
  let present = 0;
  for (const name of Object.keys(a)) {
    const member = own(a, name);
    if (member === undefined) continue;
    present += 1;
    if (!Object.hasOwn(b, name) || !isSame(member, own(b, name))) return -count;
  }
  for (const name of Object.keys(b)) if (own(b, name) !== undefined) present -= 1;
  return present === 0 ? count : -count;
}

/** The length of a text from which on it is stored. */
const LONG_TEXT = 2_000;

/**
 * The texts of large values, which are needed for every environment and every flag that uses a segment. A value that
 * contains such a value is not stored, so that no text is stored twice.
 */
const texts = new WeakMap<object, string>();

/**
 * Returns the canonical text of plain data: keys are sorted by code point, white space and absent members are omitted.
 * Two values are equal exactly when their texts are equal, even if a database reorders their keys, as jsonb does.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const known = texts.get(value);
  if (known !== undefined) return known;
  let longest = 0;
  const textOf = (member: unknown): string => {
    const text = canonicalJson(member);
    longest = Math.max(longest, text.length);
    return text;
  };
  const text = Array.isArray(value) ? `[${value.map(textOf).join(",")}]` : objectText(value, textOf);
  if (text.length >= LONG_TEXT && longest < LONG_TEXT) texts.set(value, text);
  return text;
}

function objectText(value: object, textOf: (member: unknown) => string): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`);
  return `{${members.join(",")}}`;
}
