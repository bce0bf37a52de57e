import { isJsonObject, isList, type JsonValue } from "../../core/json.ts";

/** Words and numbers that YAML, or a tool that reads it, may not read as text. */
const NOT_TEXT =
  /^(?:true|false|null|yes|no|on|off|y|n|~|[-+.]?(?:inf|nan)|[-+]?(?:0[xob])?[0-9][0-9_a-f]*(?::[0-9]+)*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|[-+]?\.[0-9]+)$/i;
/** A text without any character that has a meaning in YAML, inside or outside of brackets. */
const PLAIN = /^[\p{L}\p{N}_/.$(<=;](?:[\p{L}\p{N} _/.$()<>=;+*%@!'?|^~&-]*[\p{L}\p{N}_/.$()<>=;+*%@!'?|^~&-])?$/u;
/** A date is text here, although it begins like a number. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A text that is safe in a block, where brackets are text, and a colon or number sign is special only next to a space. */
const PROSE = /^[\p{L}\p{N}_(](?:(?!: | #)[^\p{C}\u2028\u2029])*[^\p{C}\s:]$/u;

/** The surroundings of a written value. */
export interface Site {
  /** Whether the value is inside brackets, where commas and brackets end a plain text. */
  readonly inFlow: boolean;
  /** The white space inside braces, as the file writes it. */
  readonly pad: "" | " ";
}

/** Writes a text as a YAML scalar on one line: plain if that is safe, else in double quotes. */
export function textScalar(text: string, inFlow = true): string {
  return isPlain(text, inFlow) ? text : JSON.stringify(text);
}

function isPlain(text: string, inFlow: boolean): boolean {
  if (DAY.test(text)) return true;
  // The id of an acknowledgement: YAML reads some of them as numbers, so all of them are quoted.
  if (/^[0-9a-f]{8,}$/.test(text)) return false;
  return (PLAIN.test(text) || (!inFlow && PROSE.test(text))) && !NOT_TEXT.test(text);
}

/** Writes a key. `true` and `false` are keys of a boolean split and need no quotes. */
export function keyScalar(key: string): string {
  return key === "true" || key === "false" ? key : textScalar(key);
}

/** Writes a value on one line, with collections in brackets. */
export function flowText(value: JsonValue, { inFlow, pad }: Site): string {
  const inside = { inFlow: true, pad };
  if (typeof value === "string") return textScalar(value, inFlow);
  if (isList(value)) return `[${value.map((item) => flowText(item, inside)).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, member]) => `${keyScalar(key)}: ${flowText(member, inside)}`);
  return entries.length === 0 ? "{}" : `{${pad}${entries.join(", ")}${pad}}`;
}

/** Writes a text with the quotes of the old value, if they allow it on one line. */
export function sameQuotes(before: string, value: string, inFlow: boolean): string {
  // A simple value has no characters that only double quotes can escape.
  const isSimple = /^[^\p{C}\u2028\u2029]*$/u.test(value);
  if (before.startsWith("'") && isSimple) return `'${value.replaceAll("'", "''")}'`;
  return before.startsWith('"') ? JSON.stringify(value) : textScalar(value, inFlow);
}

/** The layout of a value in a block. */
export interface BlockStyle {
  readonly pad: "" | " ";
  /** The indentation of one level. */
  readonly step: string;
  /** How many levels of mappings have one line per entry; deeper ones are written in braces. */
  readonly depth: number;
}

/** Returns the lines of a block mapping's entry, not indented. A list of mappings (rules) gets one block per item. */
export function entryLines(key: string, value: JsonValue, style: BlockStyle): readonly string[] {
  const name = keyScalar(key);
  const { pad, step, depth } = style;
  if (isJsonObject(value) && depth > 0 && Object.keys(value).length > 0) {
    const inside = { ...style, depth: depth - 1 };
    const members = Object.entries(value).flatMap(([member, inner]) => entryLines(member, inner, inside));
    return [`${name}:`, ...members.map((line) => step + line)];
  }
  if (isList(value) && value.length > 0 && value.every(isJsonObject)) {
    return [`${name}:`, ...value.flatMap((item) => itemLines(item, style)).map((line) => step + line)];
  }
  return [`${name}: ${flowText(value, { inFlow: false, pad })}`];
}

/** Returns the lines of a block list's item, not indented. */
export function itemLines(item: JsonValue, style: BlockStyle): readonly string[] {
  if (!isJsonObject(item) || Object.keys(item).length === 0)
    return [`- ${flowText(item, { ...style, inFlow: false })}`];
  const lines = Object.entries(item).flatMap(([key, value]) => entryLines(key, value, { ...style, depth: 0 }));
  return lines.map((line, index) => `${index === 0 ? "- " : "  "}${line}`);
}
