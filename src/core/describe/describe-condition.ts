import type { Condition, NamedCondition, Test } from "../flag/condition.ts";
import { choiceText, type ListLength, valueText } from "../matcher/operand-text.ts";
import { operatorOf } from "../matcher/operators.ts";
import { rangeText } from "../matcher/version-operator.ts";
import { orText } from "../text.ts";

/** Names for segments, and how long lists may get. */
export interface Speech extends ListLength {
  /** One name for one condition: two segments that differ are never called the same. */
  readonly nameOf: (segment: NamedCondition) => string;
}

/**
 * Says who meets a condition, as a noun: `staff`, `people in M5V or M5G on app 5.5 or newer`, `everyone`. Nothing is left out,
 * and brackets keep apart what belongs together.
 */
export function whoText(condition: Condition, speech: Speech): string {
  const simple = simplified(condition);
  if (simple.op === "any") return simple.of.map((part) => whoText(part, speech)).join(", or ") || "nobody";
  if (simple.op === "segment" && simple.anyOf.length > 0) return segmentChoice(simple.anyOf, speech);
  if (simple.op === "all") return peopleWith(simple.of, speech);
  return `people ${modifierOf(simple, speech)}`;
}

/** Like {@link whoText}, in brackets where a share before it would seem to belong to the first part alone. */
export function whoAsOne(condition: Condition, speech: Speech): string {
  const simple = simplified(condition);
  const isSeveral = simple.op === "any" ? simple.of.length > 1 : simple.op === "segment" && simple.anyOf.length > 1;
  return isSeveral ? `(${whoText(simple, speech)})` : whoText(simple, speech);
}

/** Makes the first segment that stands alone the noun, and describes it with the other parts. */
function peopleWith(parts: readonly Condition[], speech: Speech): string {
  if (parts.length === 0) return "everyone";
  const noun = parts.find((part) => part.op === "segment" && part.anyOf.length === 1);
  const others = parts.filter((part) => part !== noun);
  const name = noun === undefined ? "people" : whoText(noun, speech);
  return others.length === 0 ? name : `${name} ${joined(others, speech)}`;
}

function joined(parts: readonly Condition[], speech: Speech): string {
  let text = "";
  let isPlace = false;
  for (const modifier of parts.map((part) => modifierOf(part, speech))) {
    // `in M5V on app 5.5 or newer whose userRole is admin and whose age is 18 or more`
    const glue = text === "" ? "" : isPlace && !modifier.startsWith("(") ? " " : " and ";
    text += glue + modifier;
    isPlace = /^(in|on|of) /.test(modifier);
  }
  return text;
}

/** Returns what can stand behind `people`. */
function modifierOf(condition: Condition, speech: Speech): string {
  switch (condition.op) {
    case "match":
      return matchText(condition.attribute, condition.tests, speech);
    case "segment":
      return `in the segment ${segmentChoice(condition.anyOf, speech)}`;
    case "any":
      return `(${condition.of.map((part) => modifierOf(part, speech)).join(", or ") || "nobody"})`;
    case "all":
      return condition.of.length === 0 ? "of any kind" : joined(condition.of, speech);
    case "none":
      return noneText(condition.of, speech);
  }
}

/** Says "known not to be": "not staff" would include people of whom nothing is known, whom the condition does not match. */
function noneText(parts: readonly Condition[], speech: Speech): string {
  const [only] = parts;
  if (only === undefined) return "of any kind";
  if (parts.length > 1) return `known to be none of (${parts.map((part) => whoText(part, speech)).join("; ")})`;
  if (only.op === "segment" && only.anyOf.length === 1) return `known not to be ${segmentChoice(only.anyOf, speech)}`;
  return `known not to be (${whoText(only, speech)})`;
}

function segmentChoice(segments: readonly NamedCondition[], { nameOf }: Speech): string {
  const names = segments.map(nameOf);
  return names.length === 0 ? "of nobody" : orText(names);
}

/** A few attributes have a shorter way to say it; all others are called by their name. */
const PLACES: Readonly<Record<string, string>> = { postalCode: "in", workshopId: "of workshop" };

export function matchText(attribute: string, tests: readonly Test[], lists: ListLength): string {
  const [only] = tests;
  const name = valueText(attribute);
  if (only !== undefined && tests.length === 1) {
    const place = Object.hasOwn(PLACES, attribute) ? PLACES[attribute] : undefined;
    if (only.op === "in" && place !== undefined) return `${place} ${choiceText(only.values, lists)}`;
    if (only.op === "semver" && attribute === "appVersion") return `on app ${rangeText(only.range)}`;
    if (only.op === "exists") return only.value ? `with ${name}` : `without ${name}`;
  }
  return `whose ${name} ${testsText(tests, lists)}`;
}

/** Says what tests ask of one attribute, as what stands behind `whose userRole`. */
function testsText(tests: readonly Test[], lists: ListLength): string {
  if (tests.length === 0) return "exists in any form";
  const texts = tests.map((test) => operatorOf(test).text(test, lists));
  // `is 18 or more and below 65`: the second "is" goes without saying.
  return texts
    .map((text, index) => (index > 0 && texts[index - 1]?.startsWith("is ") ? text.replace(/^is /, "") : text))
    .join(" and ");
}

/** Removes nesting without a meaning: `all` in `all`, `any` in `any`, and lists of one part. */
export function simplified(condition: Condition): Condition {
  switch (condition.op) {
    case "match":
    case "segment":
      return condition;
    case "none":
      return { op: "none", of: condition.of.map(simplified) };
    case "all":
    case "any": {
      const { op } = condition;
      const parts = condition.of.map(simplified).flatMap((part) => (part.op === op ? part.of : [part]));
      const [only] = parts;
      return only !== undefined && parts.length === 1 ? only : { op, of: parts };
    }
  }
}
