import type { Test } from "../flag/condition.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { typeText } from "./operand.ts";
import { valueText } from "./operand-text.ts";
import type { Operator, ScalarTest } from "./operator.ts";

type Bound = Extract<Test, { op: "gt" | "gte" | "lt" | "lte" }>;

// Each operator has its own closure: a shared one would call the operator indirectly, which would be a third of the
// whole cost.
export const NUMBER_OPERATORS = {
  gt: boundOperator(
    "gt",
    (limit) => (value) => (isNumber(value) ? value > limit : "unknown"),
    (limit) => `is above ${limit}`,
  ),
  gte: boundOperator(
    "gte",
    (limit) => (value) => (isNumber(value) ? value >= limit : "unknown"),
    (limit) => `is ${limit} or more`,
  ),
  lt: boundOperator(
    "lt",
    (limit) => (value) => (isNumber(value) ? value < limit : "unknown"),
    (limit) => `is below ${limit}`,
  ),
  lte: boundOperator(
    "lte",
    (limit) => (value) => (isNumber(value) ? value <= limit : "unknown"),
    (limit) => `is ${limit} or less`,
  ),
};

function boundOperator(
  op: Bound["op"],
  compile: (limit: number) => ScalarTest,
  text: (limit: string) => string,
): Operator<Bound> {
  return {
    onLists: "some",
    parse: (operand, path) => {
      if (typeof operand !== "number") throw new FormatProblem(path, `expected a number, found ${typeText(operand)}`);
      return { op, value: operand };
    },
    operandJson: ({ value }) => value,
    compile: ({ value }) => compile(value),
    interpret: (test, value) => (isNumber(value) ? isWithin(test, value) : "unknown"),
    text: ({ value }) => text(valueText(value)),
    boundaries: ({ value }) => ({ numbers: [value] }),
    valueTypes: () => ["number"],
    canPass: ({ value }, { isUserId, isDeclared }) =>
      Math.abs(value) < Number.MAX_SAFE_INTEGER && !isUserId && !isDeclared,
    implies: (test, other) => isBound(other) && isAtLeastAsStrict(test, other),
    excludes: (test, other) => isBound(other) && (leavesNothing(test, other) || leavesNothing(other, test)),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWithin({ op, value: limit }: Bound, value: number): boolean {
  if (value === limit) return op === "gte" || op === "lte";
  return op.startsWith("g") === value > limit;
}

function isBound(test: Test): test is Bound {
  return test.op === "gt" || test.op === "gte" || test.op === "lt" || test.op === "lte";
}

function isAtLeastAsStrict(test: Bound, other: Bound): boolean {
  if (test.op.startsWith("g") !== other.op.startsWith("g")) return false;
  const isStricter = test.op.startsWith("g") ? test.value > other.value : test.value < other.value;
  return isStricter || (test.value === other.value && (test.op === other.op || other.op.endsWith("e")));
}

function leavesNothing(low: Bound, high: Bound): boolean {
  if (!low.op.startsWith("g") || !high.op.startsWith("l")) return false;
  return low.value > high.value || (low.value === high.value && !(low.op === "gte" && high.op === "lte"));
}
