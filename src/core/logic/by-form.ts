import { type Condition, type MatchCondition, partsOf } from "../flag/condition.ts";
import type { Test } from "../flag/condition.ts";
import { sameJson } from "../json.ts";
import { operatorOf } from "../matcher/operators.ts";
import type { Budget } from "../work.ts";
import { type Effort, spend, within } from "./effort.ts";

// Draws conclusions from the form of conditions alone, in one pass. They are weaker than those of `space.ts`, but are
// found fast even where that search would take too long.

/**
 * The maximum number of steps for one question: above it the answer is "not certain", so that no file can stall a
 * check.
 */
const MOST_STEPS = 50_000;

/** Returns true only if it is certain that every context that meets `a` meets `b`, too; false if it is not certain. */
export function impliesByForm(a: Condition, b: Condition, budget: Budget): boolean {
  return within(MOST_STEPS, budget, (effort) => isSame(a, b, effort) || impliesWithin(a, b, effort), false);
}

/** Returns true only if it is certain that no context can meet the condition; false if it is not certain. */
export function neverHoldsByForm(condition: Condition, budget: Budget): boolean {
  return within(MOST_STEPS, budget, (effort) => neverWithin(condition, effort), false);
}

/**
 * Returns true only if it is certain that every context meets the condition, e.g. that an attribute exists or does not
 * exist; false if it is not certain.
 */
export function holdsForAllByForm(condition: Condition, budget: Budget): boolean {
  return within(MOST_STEPS, budget, (effort) => alwaysWithin(condition, effort), false);
}

function alwaysWithin(condition: Condition, effort: Effort): boolean {
  const parts = partsOf(condition);
  spend(effort, 1 + parts.length);
  if (condition.op === "all") return parts.every((part) => alwaysWithin(part, effort));
  if (condition.op === "match" || condition.op === "none") return false;
  const asked = (value: boolean) => parts.flatMap((part) => (asksOnlyExistence(part, value) ? [part.attribute] : []));
  const absent = new Set(asked(false));
  return asked(true).some((attribute) => absent.has(attribute)) || parts.some((part) => alwaysWithin(part, effort));
}

function asksOnlyExistence(condition: Condition, value: boolean): condition is MatchCondition {
  const [test] = condition.op === "match" && condition.tests.length === 1 ? condition.tests : [];
  return test?.op === "exists" && test.value === value;
}

function impliesWithin(a: Condition, b: Condition, effort: Effort): boolean {
  spend(effort, 1 + partsOf(a).length + partsOf(b).length);
  const whole = (part: Condition) => impliesWithin(a, part, effort);
  const each = (part: Condition) => impliesWithin(part, b, effort);
  if (b.op === "all") return b.of.every(whole);
  if (isChoice(a)) return partsOf(a).every(each);
  if (isChoice(b) && partsOf(b).some(whole)) return true;
  if (a.op === "all") return a.of.some(each);
  if (a.op === "none") return isSame(a, b, effort);
  return a.op === "match" && b.op === "match" && a.attribute === b.attribute && testsImply(a.tests, b.tests, effort);
}

function isChoice({ op }: Condition): boolean {
  return op === "any" || op === "segment";
}

/** Compares two conditions as they are written. */
function isSame(a: Condition, b: Condition, effort: Effort): boolean {
  if (a === b) return true;
  spend(effort, 1);
  if (a.op === "match" || b.op === "match") {
    if (a.op !== "match" || b.op !== "match" || a.attribute !== b.attribute) return false;
    spend(effort, sizeOfAll(a.tests) / 20);
    return sameJson(a.tests, b.tests);
  }
  const [parts, others] = [partsOf(a), partsOf(b)];
  if (a.op !== b.op || parts.length !== others.length || !sameJson(namesIn(a), namesIn(b))) return false;
  return parts.every((part, index) => {
    const other = others[index];
    return other !== undefined && isSame(part, other, effort);
  });
}

function namesIn(condition: Condition): readonly string[] {
  return condition.op === "segment" ? condition.anyOf.map(({ name }) => name) : [];
}

/**
 * Compares tests: one element of a list has to pass all tests of a match, so every test of `b` needs a test of `a` that
 * is at least as strict.
 */
function testsImply(a: readonly Test[], b: readonly Test[], effort: Effort): boolean {
  const asksAbsence = a.some((test) => test.op === "exists" && !test.value);
  return b.every((weaker) => {
    if (weaker.op === "exists" && weaker.value) return !asksAbsence;
    return a.some((stricter) => {
      spend(effort, (sizeOf(stricter) + sizeOf(weaker)) / 20);
      return operatorOf(stricter).implies(stricter, weaker);
    });
  });
}

function sizeOf(test: Test): number {
  return "values" in test ? test.values.length : 0;
}

function sizeOfAll(tests: readonly Test[]): number {
  return tests.reduce((sum, test) => sum + sizeOf(test), 0);
}

function neverWithin(condition: Condition, effort: Effort): boolean {
  spend(effort, 1);
  switch (condition.op) {
    case "match":
      return testsExclude(condition.tests, effort);
    case "any":
    case "segment":
      return partsOf(condition).every((part) => neverWithin(part, effort));
    case "none":
      return condition.of.some((part) => alwaysWithin(part, effort));
    case "all":
      return partsExclude(conjuncts(condition, effort), effort);
  }
}

function conjuncts(condition: Condition, effort: Effort): readonly Condition[] {
  spend(effort, 1);
  return condition.op === "all" ? condition.of.flatMap((part) => conjuncts(part, effort)) : [condition];
}

function partsExclude(parts: readonly Condition[], effort: Effort): boolean {
  if (parts.some((part) => neverWithin(part, effort))) return true;
  const absent = new Set(parts.flatMap((part) => (asksOnlyExistence(part, false) ? [part.attribute] : [])));
  if (parts.some((part) => part.op === "match" && absent.has(part.attribute) && !asksOnlyExistence(part, false)))
    return true;
  const excluded = parts.flatMap((part) => (part.op === "none" ? part.of : []));
  return parts.some((part) => part.op !== "none" && excluded.some((other) => impliesWithin(part, other, effort)));
}

function testsExclude(tests: readonly Test[], effort: Effort): boolean {
  return tests.some((test) =>
    tests.some((other) => {
      spend(effort, (sizeOf(test) + sizeOf(other)) / 20);
      return operatorOf(test).excludes(test, other);
    }),
  );
}
