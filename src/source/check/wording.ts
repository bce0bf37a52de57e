import type { JsonValue } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import { nearest } from "../../core/diagnostic/nearest.ts";
import type { Path } from "../load/tree.ts";

/** A value as a message shows it: short ones as they are typed. */
export function foundText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}

/** `serve`, `item 2 of tags`, `the file`: what a path leads to, in words. */
export function whereText(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (typeof last === "string") return last;
  return `item ${last + 1} of ${whereText(path.slice(0, -1))}`;
}

/** `a, b or c`. */
export function orText(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** `a, b and c`. */
export function andText(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `did you mean "staff"?   segments: beta_cities, staff`: the nearest name, and all there are (at most ten). */
export function suggestion(word: string, known: Iterable<string>, plural: string): string {
  const names = [...known].sort();
  const near = nearest(word, names);
  const list = names.length === 0 ? "(none)" : names.slice(0, 10).join(", ") + (names.length > 10 ? ", …" : "");
  return `${near === undefined ? "" : `did you mean "${near}"?   `}${plural}: ${list}`;
}
