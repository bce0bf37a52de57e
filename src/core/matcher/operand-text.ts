import type { Scalar } from "../flag/condition.ts";
import { orText } from "../text.ts";

/**
 * The words that descriptions of flags consist of. A value that equals one of them is quoted, so that it is not read as
 * part of the sentence.
 */
const OWN_WORDS: ReadonlySet<string> = new Set(
  (
    "a above after and any app are at be before below by contains either else ends everyone exists for from have " +
    "in is known least less missing more most newer no nobody none not of off older on one only or other others " +
    "people range segment serves shares since starts than the they to while who whose with within without " +
    "workshop"
  ).split(" "),
);

/** The maximum length of lists in a description. */
export interface ListLength {
  /** The maximum number of values to show before the rest is counted. */
  readonly most: number;
}

/**
 * Returns a value for a sentence: without quotes if it cannot be misread, otherwise as JSON (`"42"` is text, `42` a number).
 */
export function valueText(value: Scalar): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const isBare = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@:/+-]*[\p{L}\p{N}+])?$/u.test(value);
  return isBare && !OWN_WORDS.has(value) && !isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  // Most texts cannot be JSON, and a failed parse is slow.
  if (!/^(?:[\d-]|true$|false$|null$)/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Joins values: `a`, `a or b`, `a, b or c`, `a, b, c or 47 others`. */
export function choiceText(values: readonly Scalar[], { most }: ListLength): string {
  const left = values.length - most;
  // Showing one more value is shorter than `1 other`.
  const shown = left > 1 ? values.slice(0, most).map(valueText) : values.map(valueText);
  const words = left > 1 ? [...shown, `${left} others`] : shown;
  return words.length === 0 ? "nothing" : orText(words);
}
