import type { Condition, NamedCondition, Test } from "../flag/condition.ts";
import { choiceText, type ListLength, valueText } from "../matcher/operand-text.ts";
import { operatorOf } from "../matcher/operators.ts";
import { rangeText } from "../matcher/version-operator.ts";
import { orText } from "../text.ts";
import { own } from "../own.ts";

/** The wording of conditions: the names of segments, and the maximum length of lists. */
export interface ConditionWording extends ListLength {
  /** Returns the name of a segment. Segments with different conditions get different names. */
  readonly nameOf: (segment: NamedCondition) => string;
}

/**
 * Describes the people who meet a condition, as a noun phrase: `staff`, `people in M5V or M5G on app 5.5 or newer`,
 * `everyone`. The description is complete, and brackets group parts where the sentence would be ambiguous.
 */
export function whoText(condition: Condition, wording: ConditionWording): string {
  const simple = simplified(condition);
  if (simple.op === "any") return simple.of.map((part) => whoText(part, wording)).join(", or ") || "nobody";
  if (simple.op === "segment" && simple.anyOf.length > 0) return segmentChoice(simple.anyOf, wording);
  if (simple.op === "all") return peopleWith(simple.of, wording);
  return `people ${modifierOf(simple, wording)}`;
}

/**
 * Returns {@link whoText} for use after a share: in brackets where the share would otherwise seem to apply to the
 * first part only.
 */
export function whoTextAsUnit(condition: Condition, wording: ConditionWording): string {
  const simple = simplified(condition);
  const isSeveral = simple.op === "any" ? simple.of.length > 1 : simple.op === "segment" && simple.anyOf.length > 1;
  return isSeveral ? `(${whoText(simple, wording)})` : whoText(simple, wording);
}

/** Uses the first part that is a single segment as the noun; the other parts modify it. */
function peopleWith(parts: readonly Condition[], wording: ConditionWording): string {
  if (parts.length === 0) return "everyone";
  const noun = parts.find((part) => part.op === "segment" && part.anyOf.length === 1);
  const others = parts.filter((part) => part !== noun);
  const name = noun === undefined ? "people" : whoText(noun, wording);
  return others.length === 0 ? name : `${name} ${joined(others, wording)}`;
}

function joined(parts: readonly Condition[], wording: ConditionWording): string {
  let text = "";
  let last = "";
  for (const modifier of parts.map((part) => modifierOf(part, wording))) {
    // `in M5V on app 5.5 or newer whose userRole is admin and whose age is 18 or more`
    const isPlace = /^(in|on|of) /.test(last);
    const glue = text === "" ? "" : isPlace && !modifier.startsWith("(") ? " " : " and ";
    text += glue + (last.startsWith("whose ") ? asClause(modifier) : modifier);
    last = modifier;
  }
  return text;
}

/** Turns a modifier into a clause that can follow `whose userRole is admin and`: `who are (in M5V, or known not to be staff)`. */
function asClause(modifier: string): string {
  if (modifier.includes("whose ")) return modifier;
  return modifier
    .replace(/^without /, "who have no ")
    .replace(/^with /, "who have ")
    .replace(/^(?!who )/, "who are ");
}

/** Returns a condition as a modifier of `people`. */
function modifierOf(condition: Condition, wording: ConditionWording): string {
  switch (condition.op) {
    case "match":
      return matchText(condition.attribute, condition.tests, wording);
    case "segment":
      return `in the segment ${segmentChoice(condition.anyOf, wording)}`;
    case "any":
      return `(${condition.of.map((part) => modifierOf(part, wording)).join(", or ") || "nobody"})`;
    case "all":
      return condition.of.length === 0 ? "of any kind" : joined(condition.of, wording);
    case "none":
      return noneText(condition.of, wording);
  }
}

/**
 * Describes a `none` condition as "known not to be". "Not staff" would include people whose attributes are missing, whom
 * the condition does not match.
 */
function noneText(parts: readonly Condition[], wording: ConditionWording): string {
  const [only] = parts;
  if (only === undefined) return "of any kind";
  if (parts.length > 1) return `known to be none of (${parts.map((part) => whoText(part, wording)).join("; ")})`;
  if (only.op === "segment" && only.anyOf.length === 1) return `known not to be ${segmentChoice(only.anyOf, wording)}`;
  return `known not to be (${whoText(only, wording)})`;
}

function segmentChoice(segments: readonly NamedCondition[], { nameOf }: ConditionWording): string {
  const names = segments.map(nameOf);
  return names.length === 0 ? "of nobody" : orText(names);
}

/** The attributes that are described by a preposition, without their name: `in M5V`. */
const PLACES: Readonly<Record<string, string>> = { postalCode: "in", workshopId: "of workshop" };

/** Describes the tests of one attribute as a modifier of `people`: `in M5V`, `whose age is 18 or more`. */
export function matchText(attribute: string, tests: readonly Test[], lists: ListLength): string {
  const [only] = tests;
  const name = valueText(attribute);
  if (only !== undefined && tests.length === 1) {
    const place = own(PLACES, attribute);
    if (only.op === "in" && place !== undefined) return `${place} ${choiceText(only.values, lists)}`;
    if (only.op === "semver" && attribute === "appVersion") return `on app ${rangeText(only.range)}`;
    if (only.op === "exists") return only.value ? `with ${name}` : `without ${name}`;
  }
  return `whose ${name} ${testsText(tests, lists)}`;
}

/** Describes the tests of one attribute, as they follow `whose userRole`. */
function testsText(tests: readonly Test[], lists: ListLength): string {
  if (tests.length === 0) return "exists in any form";
  const texts = tests.map((test) => operatorOf(test).text(test, lists));
  // `is 18 or more and below 65`: the second "is" is left out.
  return texts
    .map((text, index) => (index > 0 && texts[index - 1]?.startsWith("is ") ? text.replace(/^is /, "") : text))
    .join(" and ");
}

/** Removes nesting that has no meaning: `all` in `all`, `any` in `any`, and lists with one part. */
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
