import type { JsonValue } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";

/** A value as a message shows it: short ones as they are typed. */
export function foundText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}
