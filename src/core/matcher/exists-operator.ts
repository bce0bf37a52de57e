import type { Test } from "../flag/condition.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { foundText } from "./operand.ts";
import type { Operator } from "./operator.ts";

type ExistsTest = Extract<Test, { op: "exists" }>;

/** Tests whether an attribute exists. It is the only operator that does not test a value. */
const EXISTS: Operator<ExistsTest> = {
  onLists: "presence",
  parse: (operand, path) => {
    if (typeof operand === "boolean") return { op: "exists", value: operand };
    throw new FormatProblem(path, `expected true or false, found ${foundText(operand)}`);
  },
  operandJson: ({ value }) => value,
  compile: () => () => true,
  interpret: () => true,
  text: ({ value }) => (value ? "exists" : "is missing"),
  boundaries: () => ({}),
  valueTypes: () => [],
  canPass: () => false,
  implies: ({ value }, other) => other.op === "exists" && other.value === value,
  excludes: ({ value }, other) => !value && (other.op !== "exists" || other.value),
};

export const PRESENCE_OPERATORS = { exists: EXISTS };
