import { attributeOf } from "../flag/attribute.ts";
import type { Condition, Test } from "../flag/condition.ts";
import type { ScalarTest } from "../matcher/operator.ts";
import { compileTests } from "../matcher/operators.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { and, not, type Truth } from "./truth.ts";

/** Evaluates a compiled condition. @throws anything that a getter or a proxy in the context throws, but nothing else */
export type Matcher = (context: EvaluationContext) => Truth;

/**
 * Compiles a condition into one closure. Parts are evaluated from left to right: `all` stops at the first false, `any`
 * and `none` at the first true, so that an attribute that throws affects only the contexts for which it must be read.
 */
export function matcher(condition: Condition): Matcher {
  switch (condition.op) {
    case "all":
      return every(condition.of.map(matcher));
    case "any":
      return some(condition.of.map(matcher));
    case "none": {
      const any = some(condition.of.map(matcher));
      return (context) => not(any(context));
    }
    case "segment":
      return some(condition.anyOf.map(({ when }) => matcher(when)));
    case "match":
      return match(condition.attribute, condition.tests);
  }
}

function every(parts: readonly Matcher[]): Matcher {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return (context) => {
    let all: Truth = true;
    for (const part of parts) {
      const truth = part(context);
      if (truth === false) return false;
      if (truth === "unknown") all = truth;
    }
    return all;
  };
}

function some(parts: readonly Matcher[]): Matcher {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return (context) => {
    let any: Truth = false;
    for (const part of parts) {
      const truth = part(context);
      if (truth === true) return true;
      if (truth === "unknown") any = truth;
    }
    return any;
  };
}

function match(attribute: string, tests: readonly Test[]): Matcher {
  const { presence, ...groups } = compileTests(tests);
  const [positive, negative] = [allOf(groups.some), allOf(groups.every)];
  const ofScalar = allOf([positive, negative].filter((test) => test !== undefined)) ?? (() => true);
  const ofValue: ScalarTest = (value) =>
    typeof value === "object" && Array.isArray(value) ? ofList(value, positive, negative) : ofScalar(value);
  if (presence.length === 0) {
    return (context) => {
      const value = attributeOf(context, attribute);
      if (value === undefined) return "unknown";
      return typeof value === "object" ? ofValue(value) : ofScalar(value);
    };
  }
  const asksForMore = positive !== undefined || negative !== undefined;
  return (context) => {
    const value = attributeOf(context, attribute);
    if (presence.includes(value === undefined)) return false;
    if (!asksForMore) return true;
    return value === undefined ? "unknown" : ofValue(value);
  };
}

// Lists are read by index: a caller's list may have an iterator that never ends.

/** Tests a list: one element must pass all positive tests together, and every element must pass the negative ones. */
function ofList(list: readonly unknown[], positive: ScalarTest | undefined, negative: ScalarTest | undefined): Truth {
  const found = positive ? someElement(list, positive) : true;
  return negative ? and(found, everyElement(list, negative)) : found;
}

function someElement(list: readonly unknown[], test: ScalarTest): Truth {
  let any: Truth = false;
  for (let index = 0; index < list.length; index += 1) {
    const truth = test(list[index]);
    if (truth === true) return true;
    if (truth === "unknown") any = truth;
  }
  return any;
}

function everyElement(list: readonly unknown[], test: ScalarTest): Truth {
  let all: Truth = true;
  for (let index = 0; index < list.length; index += 1) {
    const truth = test(list[index]);
    if (truth === false) return false;
    if (truth === "unknown") all = truth;
  }
  return all;
}

/** Joins the tests of one value into one; undefined if there are no tests. */
function allOf(tests: readonly ScalarTest[]): ScalarTest | undefined {
  const [first, second] = tests;
  if (!second) return first;
  return (value) => everyTest(tests, value);
}

function everyTest(tests: readonly ScalarTest[], value: unknown): Truth {
  let all: Truth = true;
  for (const test of tests) {
    const truth = test(value);
    if (truth === false) return false;
    if (truth === "unknown") all = truth;
  }
  return all;
}
