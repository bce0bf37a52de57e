import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";

/** Words and numbers that YAML, or some tool that reads it, takes for something else than text. */
const NOT_TEXT =
  /^(?:true|false|null|yes|no|on|off|y|n|~|[-+.]?(?:inf|nan)|[-+]?(?:0[xob])?[0-9][0-9_a-f]*(?::[0-9]+)*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|[-+]?\.[0-9]+)$/i;
/** Nothing in it means anything to YAML, inside brackets or outside. */
const PLAIN = /^[\p{L}\p{N}_/.$(<=;](?:[\p{L}\p{N} _/.$()<>=;+*%@!'?|^~&-]*[\p{L}\p{N}_/.$()<>=;+*%@!'?|^~&-])?$/u;
/** A day is text to us, and looks like a number only at its beginning. */
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** In a block, what brackets give a meaning to is text too; a colon or a number sign has one only beside a space. */
const PROSE = /^[\p{L}\p{N}_(](?:(?!: | #)[^\p{C}\u2028\u2029])*[^\p{C}\s:]$/u;

/** Where a value is going to stand. */
export interface Site {
  /** Inside brackets, where commas and brackets end a plain text. */
  readonly inFlow: boolean;
  /** Spaces inside braces, as the file writes them. */
  readonly pad: "" | " ";
}

/** A text as a YAML scalar on one line: plain where that is safe, else in double quotes. */
export function textScalar(text: string, inFlow = true): string {
  return isPlain(text, inFlow) ? text : JSON.stringify(text);
}

function isPlain(text: string, inFlow: boolean): boolean {
  if (DAY.test(text)) return true;
  // The id of an acknowledgement: some of them are numbers to YAML, so all of them are quoted.
  if (/^[0-9a-f]{8,}$/.test(text)) return false;
  return (PLAIN.test(text) || (!inFlow && PROSE.test(text))) && !NOT_TEXT.test(text);
}

/** A key; `true` and `false` are keys of a boolean split and need no quotes. */
export function keyScalar(key: string): string {
  return key === "true" || key === "false" ? key : textScalar(key);
}

/** A value on one line, collections in brackets. */
export function flowText(value: JsonValue, { inFlow, pad }: Site): string {
  const inside = { inFlow: true, pad };
  if (typeof value === "string") return textScalar(value, inFlow);
  if (isList(value)) return `[${value.map((item) => flowText(item, inside)).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, member]) => `${keyScalar(key)}: ${flowText(member, inside)}`);
  return entries.length === 0 ? "{}" : `{${pad}${entries.join(", ")}${pad}}`;
}

/** A text in the quotes that stood there before, where it fits into them on one line. */
export function sameQuotes(before: string, value: string, inFlow: boolean): string {
  // Without what only double quotes can escape.
  const isSimple = /^[^\p{C}\u2028\u2029]*$/u.test(value);
  if (before.startsWith("'") && isSimple) return `'${value.replaceAll("'", "''")}'`;
  return before.startsWith('"') ? JSON.stringify(value) : textScalar(value, inFlow);
}

/** How a value in a block is laid out. */
export interface BlockStyle {
  readonly pad: "" | " ";
  /** What one level is indented by. */
  readonly step: string;
  /** How many levels of mappings stand on lines of their own; those below are written in braces. */
  readonly depth: number;
}

/** Lines of a block mapping's entry, not indented. A list of mappings (rules) stands item by item. */
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

/** Lines of a block list's item, not indented. */
export function itemLines(item: JsonValue, style: BlockStyle): readonly string[] {
  if (!isJsonObject(item) || Object.keys(item).length === 0)
    return [`- ${flowText(item, { ...style, inFlow: false })}`];
  const lines = Object.entries(item).flatMap(([key, value]) => entryLines(key, value, { ...style, depth: 0 }));
  return lines.map((line, index) => `${index === 0 ? "- " : "  "}${line}`);
}
