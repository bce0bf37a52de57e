import { type Condition, type MatchCondition, partsOf } from "../flag/condition.ts";
import type { Test } from "../flag/condition.ts";
import { operatorOf } from "../matcher/operators.ts";

// Draws conclusions from the form of conditions alone, in one pass. They are weaker than those of `space.ts`, but are
// found fast even where that search would take too long.

/**
 * The maximum number of steps for one question: above it the answer is "not certain", so that no file can stall a
 * check.
 */
const BUDGET = 50_000;

interface Effort {
  left: number;
}

/** Returns true only if it is certain that every context that meets `a` meets `b`, too; false if it is not certain. */
export function impliesByForm(a: Condition, b: Condition): boolean {
  return sameText(a, b, { left: BUDGET }) || impliesWithin(a, b, { left: BUDGET });
}

/** Returns true only if it is certain that no context can meet the condition; false if it is not certain. */
export function neverHoldsByForm(condition: Condition): boolean {
  return neverWithin(condition, { left: BUDGET });
}

/**
 * Returns true only if it is certain that every context meets the condition, e.g. that an attribute exists or does not
 * exist; false if it is not certain.
 */
export function holdsForAllByForm(condition: Condition): boolean {
  if (condition.op === "all") return condition.of.every(holdsForAllByForm);
  if (condition.op === "match" || condition.op === "none") return false;
  const parts = partsOf(condition);
  const asked = (value: boolean) => parts.flatMap((part) => (asksOnlyExistence(part, value) ? [part.attribute] : []));
  const absent = new Set(asked(false));
  return asked(true).some((attribute) => absent.has(attribute)) || parts.some(holdsForAllByForm);
}

function asksOnlyExistence(condition: Condition, value: boolean): condition is MatchCondition {
  const [test] = condition.op === "match" && condition.tests.length === 1 ? condition.tests : [];
  return test?.op === "exists" && test.value === value;
}

function impliesWithin(a: Condition, b: Condition, effort: Effort): boolean {
  if (effort.left-- <= 0) return false;
  const whole = (part: Condition) => impliesWithin(a, part, effort);
  const each = (part: Condition) => impliesWithin(part, b, effort);
  if (b.op === "all") return b.of.every(whole);
  if (isChoice(a)) return partsOf(a).every(each);
  if (isChoice(b) && partsOf(b).some(whole)) return true;
  if (a.op === "all") return a.of.some(each);
  if (a.op === "none") return b.op === "none" && sameText(a, b, effort);
  return a.op === "match" && b.op === "match" && a.attribute === b.attribute && testsImply(a.tests, b.tests, effort);
}

function isChoice({ op }: Condition): boolean {
  return op === "any" || op === "segment";
}

function sameText(a: Condition, b: Condition, effort: Effort): boolean {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  effort.left -= left.length / 20;
  return left === right;
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
      effort.left -= (sizeOf(stricter) + sizeOf(weaker)) / 20;
      return operatorOf(stricter).implies(stricter, weaker);
    });
  });
}

function sizeOf(test: Test): number {
  return "values" in test ? test.values.length : 0;
}

function neverWithin(condition: Condition, effort: Effort): boolean {
  if (effort.left-- <= 0) return false;
  switch (condition.op) {
    case "match":
      return testsExclude(condition.tests, effort);
    case "any":
    case "segment":
      return partsOf(condition).every((part) => neverWithin(part, effort));
    case "none":
      return condition.of.some(holdsForAllByForm);
    case "all":
      return partsExclude(conjuncts(condition), effort);
  }
}

function conjuncts(condition: Condition): readonly Condition[] {
  return condition.op === "all" ? condition.of.flatMap(conjuncts) : [condition];
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
      effort.left -= (sizeOf(test) + sizeOf(other)) / 20;
      return operatorOf(test).excludes(test, other);
    }),
  );
}
