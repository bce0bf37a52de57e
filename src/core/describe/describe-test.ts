import type { Scalar, Test } from "../flag/condition.ts";
import { orText } from "../text.ts";

/** Words of our own sentences: as values they are quoted, so that they cannot be taken for the sentence. */
const OWN_WORDS: ReadonlySet<string> = new Set(
  (
    "a above and any app at be before below by contains either else ends everybody exists for from in is known least " +
    "less more most newer nobody not none of off on older one only or other others people range segment serves shares " +
    "starts than the they to while who whose with within without workshop"
  ).split(" "),
);

/** Long lists are cut to so many words, with the count of the rest. */
export interface ListLength {
  readonly most: number;
}

/** One value as it would be read aloud: bare where nothing else could be meant, else as JSON (`"42"` is text, `42` a number). */
export function valueText(value: Scalar): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const isBare = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@:/+-]*[\p{L}\p{N}+])?$/u.test(value);
  return isBare && !OWN_WORDS.has(value) && !isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `a`, `a or b`, `a, b or c`, `a, b, c or 47 others`. */
export function choiceText(values: readonly Scalar[], { most }: ListLength): string {
  const left = values.length - most;
  // One more word is shorter than the count of one.
  const shown = left > 1 ? values.slice(0, most).map(valueText) : values.map(valueText);
  const words = left > 1 ? [...shown, `${left} others`] : shown;
  return words.length === 0 ? "nothing" : orText(words);
}

/** What the tests ask of one attribute, as what stands behind `whose userRole …`. */
export function testsText(tests: readonly Test[], lists: ListLength): string {
  if (tests.length === 0) return "exists in any form";
  const texts = tests.map((test) => testText(test, lists));
  // `is 18 or more and below 65`: the second "is" goes without saying.
  return texts
    .map((text, index) => (index > 0 && texts[index - 1]?.startsWith("is ") ? text.replace(/^is /, "") : text))
    .join(" and ");
}

function testText(test: Test, lists: ListLength): string {
  switch (test.op) {
    case "in":
      return `is ${choiceText(test.values, lists)}`;
    case "not":
      // "is not" would be true of somebody who has none; "other than" says that there is one.
      return `is other than ${choiceText(test.values, lists)}`;
    case "contains":
      return `contains ${choiceText(test.values, lists)}`;
    case "startsWith":
      return `starts with ${choiceText(test.values, lists)}`;
    case "endsWith":
      return `ends with ${choiceText(test.values, lists)}`;
    case "gt":
      return `is above ${valueText(test.value)}`;
    case "gte":
      return `is ${valueText(test.value)} or more`;
    case "lt":
      return `is below ${valueText(test.value)}`;
    case "lte":
      return `is ${valueText(test.value)} or less`;
    case "before":
      return `is before ${valueText(test.value)}`;
    case "after":
      return `is after ${valueText(test.value)}`;
    case "semver":
      return `is ${rangeText(test.range)}`;
    case "exists":
      return test.value ? "exists" : "is not there";
  }
}

/** `>=5.5` is `5.5 or newer`, `<7` is `older than 7`; every other range stands as it is written. */
export function rangeText(range: string): string {
  const [, sign, version] = /^(>=|<)\s*v?(\d+(?:\.\d+){0,2})$/.exec(range.trim()) ?? [];
  if (version === undefined) return `in the range ${JSON.stringify(range)}`;
  return sign === ">=" ? `${version} or newer` : `older than ${version}`;
}
