import type { Test } from "../flag/condition.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { momentOf } from "./moment.ts";
import { foundText } from "./operand.ts";
import { valueText } from "./operand-text.ts";
import type { Operator, ScalarTest } from "./operator.ts";

type MomentTest = Extract<Test, { op: "before" | "after" }>;

export const MOMENT_OPERATORS = {
  before: momentOperator("before", (limit) => (at) => at < limit),
  after: momentOperator("after", (limit) => (at) => at > limit),
};

function momentOperator(
  op: MomentTest["op"],
  compile: (limit: number) => (at: number) => boolean,
): Operator<MomentTest> {
  return {
    onLists: "some",
    parse: (operand, path) => {
      if (typeof operand === "string" && momentOf(operand) !== undefined) return { op, value: operand };
      const expected = "expected an ISO 8601 date, or a date-time with an offset";
      throw new FormatProblem(path, `${expected}, found ${foundText(operand)}`);
    },
    operandJson: ({ value }) => value,
    compile: ({ value }) => compiled(value, compile),
    interpret: (test, value) => {
      const [at, limit] = [momentIn(value), momentOf(test.value)];
      if (at === undefined || limit === undefined) return "unknown";
      return op === "before" ? at < limit : at > limit;
    },
    text: ({ value }) => `is ${op} ${valueText(value)}`,
    boundaries: ({ value }) => ({ moments: [value] }),
    valueTypes: () => ["date"],
    canPass: () => false,
    implies: (test, other) => other.op === op && other.value === test.value,
    excludes: (test, other) => {
      if (op === "before") return other.op === "after" && isNotAfter(test.value, other.value);
      return other.op === "before" && isNotAfter(other.value, test.value);
    },
  };
}

function compiled(text: string, passes: (limit: number) => (at: number) => boolean): ScalarTest {
  const limit = momentOf(text);
  if (limit === undefined) return () => "unknown";
  const isInside = passes(limit);
  return (value) => {
    const at = momentIn(value);
    return at === undefined ? "unknown" : isInside(at);
  };
}

/** Returns the moment of a value that is a Date or an ISO 8601 text; undefined for any other value. */
function momentIn(value: unknown): number | undefined {
  if (typeof value === "string") return momentOf(value);
  if (!(value instanceof Date)) return undefined;
  const at = Date.prototype.getTime.call(value);
  return Number.isNaN(at) ? undefined : at;
}

function isNotAfter(one: string, other: string): boolean {
  const [first, second] = [momentOf(one), momentOf(other)];
  return first !== undefined && second !== undefined && first <= second;
}
