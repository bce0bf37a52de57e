import semver from "semver";
import { momentOf } from "../../core/matcher/moment.ts";
import type { JsonValue } from "../../core/json.ts";
import { countText } from "../../core/text.ts";
import type { Test } from "../../core/flag/condition.ts";
import type { ValueType } from "../../core/matcher/operator.ts";
import { LIMITS } from "./limits.ts";

/** Describes how one operator of a condition is written. */
interface OperatorSyntax {
  readonly operand: Operand;
  /** The types of the attributes that it applies to. */
  readonly types: readonly ValueType[];
  /** The hover text of editors. */
  readonly description: string;
}

/** The kind of operand of an operator. `values` and `texts` are one value or a list. */
export type Operand = "values" | "texts" | "number" | "moment" | "range" | "boolean";

/** The operators that a file names. `in` is not one of them, because a file writes it as a value or a list. */
export type OperatorName = Exclude<Test["op"], "in">;

const ANY: readonly ValueType[] = ["string", "number", "boolean", "version", "date"];

/**
 * The operators of a condition, in the order in which messages list them. The schema, its hover texts and the checks against
 * declared attributes follow from this table; core defines what an operator means.
 */
export const OPERATORS: Readonly<Record<OperatorName, OperatorSyntax>> = {
  not: { operand: "values", types: ANY, description: "Equals none of these values." },
  contains: { operand: "texts", types: ["string"], description: "Contains one of these strings." },
  startsWith: { operand: "texts", types: ["string"], description: "Starts with one of these strings." },
  endsWith: { operand: "texts", types: ["string"], description: "Ends with one of these strings." },
  gt: { operand: "number", types: ["number"], description: "Is greater than this number." },
  gte: { operand: "number", types: ["number"], description: "Is this number or greater." },
  lt: { operand: "number", types: ["number"], description: "Is less than this number." },
  lte: { operand: "number", types: ["number"], description: "Is this number or less." },
  before: { operand: "moment", types: ["date"], description: "Is earlier than this date or time." },
  after: { operand: "moment", types: ["date"], description: "Is later than this date or time." },
  semver: {
    operand: "range",
    types: ["version"],
    description: 'Is a version in this npm range, in quotes: ">=5.5 <7".',
  },
  exists: {
    operand: "boolean",
    types: ANY,
    description: "true: the context has the attribute. false: it does not.",
  },
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
export const OPERATOR_NAMES = Object.keys(OPERATORS) as readonly OperatorName[];

/** Returns the operators that apply to attributes of a type. */
export function operatorsOf(type: ValueType): readonly OperatorName[] {
  return OPERATOR_NAMES.filter((name) => OPERATORS[name].types.includes(type));
}

/** Returns the kind of operand of an operator; undefined if there is no such operator. */
export function operandOf(operator: string): Operand | undefined {
  return isOperator(operator) ? OPERATORS[operator].operand : undefined;
}

/** A fault in an operand of the right shape. */
export interface OperandFault {
  readonly code: "bad-range" | "bad-date" | "too-many-alternatives";
  /** What the operand is not, or has too many of. */
  readonly problem: string;
  readonly hint: string;
}

/** Returns what is wrong with the operand of an operator; undefined when nothing is. */
export function operandFault(operator: string, operand: JsonValue): OperandFault | undefined {
  if (typeof operand !== "string") return undefined;
  const kind = operandOf(operator);
  const alternatives = kind === "range" ? operand.split("||").length : 0;
  if (alternatives > LIMITS.alternatives) {
    const problem = `has ${countText(alternatives)} alternatives; at most ${LIMITS.alternatives} are allowed`;
    return { code: "too-many-alternatives", problem, hint: "join neighbouring versions into one range: >=5.1 <5.9" };
  }
  if (kind === "range" && semver.validRange(operand) === null) {
    const hint = 'write a range such as ">=5.5", ">=5.5 <7" or "^5.5.0"';
    return { code: "bad-range", problem: "is not a valid version range", hint };
  }
  if (kind === "moment" && momentOf(operand) === undefined) {
    const hint = "write YYYY-MM-DD, or a time with its offset such as 2027-03-01T09:00:00Z";
    return { code: "bad-date", problem: "is not a valid date or time", hint };
  }
  return undefined;
}

function isOperator(text: string): text is OperatorName {
  return Object.hasOwn(OPERATORS, text);
}
