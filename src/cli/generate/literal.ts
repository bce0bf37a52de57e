import { wrapped } from "../terminal/layout.ts";
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";

/** Longer lines are broken the way common formatters break them, so that they leave generated files unchanged. */
const WIDTH = 80;

/**
 * Returns a value as a TypeScript literal: objects over several lines, lists on one line where they fit.
 *
 * @param before  what precedes the value on its first line, with the indentation
 */
export function literalText(value: JsonValue, before = ""): string {
  const indent = /^ */.exec(before)?.[0] ?? "";
  if (typeof value === "string") return quoted(value);
  if (isJsonObject(value)) return objectText(value, indent);
  if (!isList(value)) return JSON.stringify(value);
  const line = `[${value.map((item) => literalText(item, indent)).join(", ")}]`;
  if (!line.includes("\n") && before.length + line.length + 1 <= WIDTH) return line;
  const inside = value.map((item) => `${indent}  ${literalText(item, `${indent}  `)},`);
  return `[\n${inside.join("\n")}\n${indent}]`;
}

function objectText(value: JsonObject, indent: string): string {
  const members = Object.entries(value).map(([name, member]) => memberText(name, member, `${indent}  `));
  return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n${indent}}`;
}

function memberText(name: string, value: JsonValue, indent: string): string {
  const before = `${indent}${propertyName(name)}: `;
  const text = literalText(value, before);
  const isTooLong = typeof value === "string" && before.length + text.length + 1 > WIDTH;
  return isTooLong ? `${before.trimEnd()}\n${indent}  ${text},` : `${before}${text},`;
}

/** Returns the name of a property, in quotes only if necessary: `checkout_button`, `"new-checkout"`. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** Returns a string literal in double quotes, or in single quotes if that needs fewer escapes. */
export function quoted(text: string): string {
  const double = JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const count = (quote: string) => text.split(quote).length - 1;
  if (count('"') <= count("'")) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Joins types with `|`, over several lines if they do not fit on one. */
export function unionText(types: readonly string[], before: string): string {
  const line = types.join(" | ");
  if (before.length + line.length + 1 <= WIDTH) return line;
  const indent = `${/^ */.exec(before)?.[0] ?? ""}  `;
  return `\n${types.map((type) => `${indent}| ${type}`).join("\n")}`;
}

/** Returns a documentation comment, over several lines if it does not fit on one. The text cannot end the comment. */
export function commentText(text: string, indent: string): string {
  const safe = text.replaceAll(/\s+/g, " ").replaceAll("*/", "*\\/").trim();
  const line = `${indent}/** ${safe} */`;
  if (line.length <= WIDTH) return line;
  const lines = wrapped(safe, WIDTH - `${indent} * `.length);
  return [`${indent}/**`, ...lines.map((each) => `${indent} * ${each}`), `${indent} */`].join("\n");
}
