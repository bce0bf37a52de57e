import type { Test } from "../flag/condition.ts";
import { EQUALITY_OPERATORS } from "./equality-operators.ts";
import { PRESENCE_OPERATORS } from "./exists-operator.ts";
import { MOMENT_OPERATORS } from "./moment-operators.ts";
import { NUMBER_OPERATORS } from "./number-operators.ts";
import type { Operator, ScalarTest } from "./operator.ts";
import { TEXT_OPERATORS } from "./text-operators.ts";
import { VERSION_OPERATORS } from "./version-operator.ts";

const OPERATORS: Readonly<Record<Test["op"], Operator>> = {
  ...EQUALITY_OPERATORS,
  ...TEXT_OPERATORS,
  ...NUMBER_OPERATORS,
  ...MOMENT_OPERATORS,
  ...VERSION_OPERATORS,
  ...PRESENCE_OPERATORS,
};

/** Returns the operator of a test. */
export function operatorOf({ op }: Test): Operator {
  return OPERATORS[op];
}

/** Returns an operator by its name in a condition; undefined for an unknown name. */
export function operatorNamed(name: string): Operator | undefined {
  return isOperatorName(name) ? OPERATORS[name] : undefined;
}

function isOperatorName(name: string): name is Test["op"] {
  return Object.hasOwn(OPERATORS, name);
}

/** The compiled tests of one match, grouped by how they apply to a list-valued attribute. */
export interface TestGroups {
  /** For each `exists` test, whether the attribute must exist. */
  readonly presence: readonly boolean[];
  /** One element of a list has to pass all of them. */
  readonly some: readonly ScalarTest[];
  /** Every element of a list has to pass all of them. */
  readonly every: readonly ScalarTest[];
}

/** Compiles the tests of one match. */
export function compileTests(tests: readonly Test[]): TestGroups {
  const compiled = (onLists: Operator["onLists"]) =>
    tests.flatMap((test) => (operatorOf(test).onLists === onLists ? [operatorOf(test).compile(test)] : []));
  return {
    presence: tests.flatMap((test) => (test.op === "exists" ? [test.value] : [])),
    some: compiled("some"),
    every: compiled("every"),
  };
}
