import { type Condition, partsOf, type Test } from "./condition.ts";
import type { Flag } from "./flag.ts";

const costs = new WeakMap<Condition | Flag, number>();

/**
 * Returns about how many comparisons an evaluation of a flag makes at most, without the flags that it requires. The
 * result is at least 1 and is stored, because flags share the conditions of their segments.
 */
export function evaluationCost(flag: Flag): number {
  const known = costs.get(flag);
  if (known !== undefined) return known;
  const lists = flag.rollout.strategy === "whitelist" ? Object.keys(flag.rollout.lists).length : 1;
  const cost = flag.rules.reduce((sum, { when }) => sum + 1 + conditionCost(when), lists);
  costs.set(flag, cost);
  return cost;
}

function conditionCost(condition: Condition): number {
  const known = costs.get(condition);
  if (known !== undefined) return known;
  const own = condition.op === "match" ? condition.tests.reduce((sum, test) => sum + testCost(test), 0) : 1;
  const cost = partsOf(condition).reduce((sum, part) => sum + conditionCost(part), own);
  costs.set(condition, cost);
  return cost;
}

/** The number of texts that are searched in the time of one other comparison. */
const TEXTS = 2;
/** The number of characters of a version range that are compared in the time of one other comparison. */
const RANGE_LENGTH = 10;

/** Returns about how many comparisons one test makes. */
export function testCost(test: Test): number {
  if (test.op === "semver") return Math.ceil(test.range.length / RANGE_LENGTH);
  // The lists of these operators are sets; the texts of every other operator are searched one by one.
  const isSet = test.op === "in" || test.op === "not";
  return "values" in test && !isSet ? 1 + test.values.length / TEXTS : 1;
}
