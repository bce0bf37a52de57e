import { not, type Truth } from "../evaluate/truth.ts";
import type { Scalar, Test } from "../flag/condition.ts";
import { sameJson } from "../json.ts";
import { oneOrMany, scalarsAt } from "./operand.ts";
import { choiceText } from "./operand-text.ts";
import type { Operator, ScalarTest } from "./operator.ts";

type In = Extract<Test, { op: "in" }>;
type Not = Extract<Test, { op: "not" }>;

const IN: Operator<In> = {
  onLists: "some",
  parse: (operand, path) => ({ op: "in", values: scalarsAt(operand, path) }),
  operandJson: ({ values }) => oneOrMany(values),
  compile: ({ values }) => oneOf(values),
  interpret: ({ values }, value) => equalsOne(value, values),
  text: ({ values }, lists) => `is ${choiceText(values, lists)}`,
  boundaries: ({ values }) => ({ listed: values }),
  valueTypes: ({ values }) => values.map(typeOf),
  // Undeclared values are reported separately.
  canPass: ({ values }, { isUserId }) =>
    values.some((value) => !isUserId || (typeof value === "string" && value !== "")),
  implies: (test, other) => other.op === "in" && isSubset(test.values, other.values),
  excludes: ({ values }, other) => other.op === "not" && isSubset(values, other.values),
};

const NOT: Operator<Not> = {
  onLists: "every",
  parse: (operand, path) => ({ op: "not", values: scalarsAt(operand, path) }),
  operandJson: ({ values }) => oneOrMany(values),
  compile: ({ values }) => {
    const equals = oneOf(values);
    return (value) => not(equals(value));
  },
  interpret: ({ values }, value) => not(equalsOne(value, values)),
  // "is not" would also be true of a missing attribute; "other than" implies that it has a value.
  text: ({ values }, lists) => `is other than ${choiceText(values, lists)}`,
  boundaries: ({ values }) => ({ listed: values }),
  valueTypes: ({ values }) => values.map(typeOf),
  canPass: ({ values }, { isDeclared }) => values.some((value) => typeof value === "string") && !isDeclared,
  // `not` is unknown for a value whose type no listed value has, so both lists must have the same types.
  implies: ({ values }, other) =>
    other.op === "not" && sameJson(typesOf(values), typesOf(other.values)) && isSubset(other.values, values),
  excludes: ({ values }, other) => other.op === "in" && isSubset(other.values, values),
};

export const EQUALITY_OPERATORS = { in: IN, not: NOT };

function isSubset(some: readonly Scalar[], all: readonly Scalar[]): boolean {
  const known = new Set(all);
  return some.every((value) => known.has(value));
}

function typesOf(values: readonly Scalar[]): readonly string[] {
  return [...new Set(values.map(typeOf))].sort();
}

function typeOf(value: Scalar): "string" | "number" | "boolean" {
  if (typeof value === "string") return "string";
  return typeof value === "number" ? "number" : "boolean";
}

/** The number of values up to which comparing them one by one is faster than a set. */
const FEW = 8;

/**
 * Compiles a comparison with several values. The outcome is unknown unless at least one of the listed values has the
 * type of the attribute.
 */
function oneOf(values: readonly Scalar[]): ScalarTest {
  const [only] = values;
  if (values.length === 1 && typeof only === "string") {
    return (value) => (typeof value === "string" ? value === only : "unknown");
  }
  const hasType = (type: string) => values.some((value) => typeof value === type);
  const [hasTexts, hasNumbers, hasBooleans] = [hasType("string"), hasType("number"), hasType("boolean")];
  const set: ReadonlySet<unknown> = new Set(values);
  const listed: readonly unknown[] = values;
  const isFew = values.length <= FEW;
  return (value) => {
    if (
      typeof value === "string"
        ? hasTexts
        : typeof value === "boolean"
          ? hasBooleans
          : hasNumbers && typeof value === "number" && Number.isFinite(value)
    ) {
      return isFew ? listed.includes(value) : set.has(value);
    }
    return "unknown";
  };
}

function equalsOne(value: unknown, values: readonly Scalar[]): Truth {
  if (typeof value === "number" && !Number.isFinite(value)) return "unknown";
  const comparable = values.filter((listed) => typeof listed === typeof value);
  return comparable.length === 0 ? "unknown" : comparable.some((listed) => listed === value);
}
