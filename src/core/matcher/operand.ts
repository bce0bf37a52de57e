import type { Scalar } from "../flag/condition.ts";
import { isJsonObject, isList, listOf, type JsonValue } from "../json.ts";
import { FormatProblem } from "../row/format-problem.ts";

/** The path of a value in the condition that is parsed, e.g. `["any", 0, "age", "gte"]`. */
export type Path = readonly (string | number)[];

/** Parses one value or a list of values. @throws FormatProblem */
export function scalarsAt(value: JsonValue, path: Path): readonly Scalar[] {
  return listOf(value).map((item) => {
    if (typeof item === "string" || typeof item === "number" || typeof item === "boolean") return item;
    throw new FormatProblem(path, `expected a string, a number or true/false, found ${typeText(item)}`);
  });
}

/** Reads one string or a list of strings. @throws FormatProblem */
export function textsAt(value: JsonValue, path: Path): readonly string[] {
  return scalarsAt(value, path).map((item) => {
    if (typeof item === "string") return item;
    throw new FormatProblem(path, `expected a string, found ${foundText(item)}`);
  });
}

/** Returns the shortest JSON for a list of values: a single value without the list. */
export function oneOrMany(values: readonly Scalar[]): JsonValue {
  const [first] = values;
  return first !== undefined && values.length === 1 ? first : values;
}

/** Returns the type of a value in words, for messages that must not contain the value. */
export function typeText(value: JsonValue): string {
  if (value === null) return "nothing";
  if (isList(value)) return "a list";
  return isJsonObject(value) ? "a mapping" : `a ${typeof value}`;
}

/** Returns a short value as JSON, and the type of a long one in words. */
export function foundText(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : typeText(value);
}
