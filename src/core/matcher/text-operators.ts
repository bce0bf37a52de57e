import type { Test } from "../flag/condition.ts";
import { oneOrMany, textsAt } from "./operand.ts";
import { choiceText } from "./operand-text.ts";
import type { Boundaries, Operator } from "./operator.ts";

type TextTest = Extract<Test, { op: "contains" | "startsWith" | "endsWith" }>;
type Passes = (text: string, part: string) => boolean;

function textOperator(op: TextTest["op"], verb: string, passes: Passes, interpreted: Passes): Operator<TextTest> {
  return {
    onLists: "some",
    parse: (operand, path) => ({ op, values: textsAt(operand, path) }),
    operandJson: ({ values }) => oneOrMany(values),
    compile: ({ values }) => {
      return (value) => (typeof value === "string" ? values.some((part) => passes(value, part)) : "unknown");
    },
    interpret: ({ values }, value) =>
      typeof value === "string" ? values.some((part) => interpreted(value, part)) : "unknown",
    text: ({ values }, lists) => `${verb} ${choiceText(values, lists)}`,
    // The type refuses an operator whose kind of comparison has no samples in core/logic/samples.ts.
    boundaries: ({ values }): Pick<Boundaries, TextTest["op"]> => ({ [op]: values }),
    valueTypes: () => ["string"],
    canPass: ({ values }, { isDeclared }) => values.length > 0 && !isDeclared,
    implies: ({ values }, other) => {
      if (other.op !== op) return false;
      const others = new Set(other.values);
      return values.every((value) => others.has(value));
    },
    excludes: () => false,
  };
}

export const TEXT_OPERATORS = {
  contains: textOperator(
    "contains",
    "contains",
    (text, part) => text.includes(part),
    (text, part) => text.indexOf(part) !== -1,
  ),
  startsWith: textOperator(
    "startsWith",
    "starts with",
    (text, part) => text.startsWith(part),
    (text, part) => text.slice(0, part.length) === part,
  ),
  endsWith: textOperator(
    "endsWith",
    "ends with",
    (text, part) => text.endsWith(part),
    (text, part) => text.length >= part.length && text.slice(text.length - part.length) === part,
  ),
};
