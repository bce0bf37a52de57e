import parse from "semver/functions/parse.js";
import type { Scalar } from "../core/flag/condition.ts";
import { type AttributeTests, trialValuesOf } from "../core/logic/samples.ts";
import { momentOf } from "../core/matcher/moment.ts";
import type { ValueType } from "../core/matcher/operator.ts";
import { operatorOf } from "../core/matcher/operators.ts";

/** Values for an attribute that declares none. */
export interface GuessedValues {
  /** Values that pass some test, or that `not` names. */
  readonly named: readonly Scalar[];
  /** All others. */
  readonly others: readonly Scalar[];
}

/** For each type, a value that is unlikely to occur in any condition. */
const PLAIN: Readonly<Record<ValueType, readonly Scalar[]>> = {
  string: ["other"],
  number: [0],
  boolean: [true, false],
  version: ["1.0.0"],
  date: ["2000-01-01"],
};

/**
 * Returns values that pass and values that fail each test of an attribute, all of the attribute's type.
 *
 * @param type  the declared type; if undefined, the types that the tests can distinguish
 */
export function guessedValues(asked: AttributeTests, type: ValueType | undefined): GuessedValues {
  const types = type === undefined ? typesAsked(asked) : new Set([type]);
  const isNamed = namingOf(asked);
  const listed = new Set<unknown>(asked.tests.flatMap((test) => ("values" in test ? test.values : [])));
  const plain = [...types].flatMap((each) => PLAIN[each]);
  const values = someOf(new Set([...trialValuesOf(asked), ...plain]), asked.tests.length);
  const fitting = values.filter((value): value is Scalar => {
    return [...types].some((each) => fits(value, each) || (each === "version" && isText(value) && listed.has(value)));
  });
  const { named = [], others = [] } = Object.groupBy(fitting, (value) => (isNamed(value) ? "named" : "others"));
  return { named, others };
}

/** The maximum number of times that a value is tested. */
const MAX_TESTED = 1_000_000;

/** Returns all values; if there are too many to try each test on each, evenly chosen ones. */
function someOf(values: ReadonlySet<unknown>, tests: number): readonly unknown[] {
  const step = Math.ceil((values.size * tests) / MAX_TESTED);
  return step <= 1 ? [...values] : [...values].filter((_, index) => index % step === 0);
}

/** Returns a function that checks whether some test names a value; `not` names the values that it excludes. */
function namingOf({ tests, ids }: AttributeTests): (value: Scalar) => boolean {
  const listed = new Set(ids);
  const naming = tests.flatMap((test) => {
    const { onLists, compile } = operatorOf(test);
    if (onLists === "presence") return [];
    const passes = compile(test);
    const outcome = onLists === "some";
    return [(value: Scalar) => passes(value) === outcome];
  });
  return (value) => listed.has(String(value)) || naming.some((isNamed) => isNamed(value));
}

function typesAsked({ tests, ids }: AttributeTests): ReadonlySet<ValueType> {
  const types = tests.flatMap((test) => operatorOf(test).valueTypes(test));
  const isUnclear = ids.length > 0 || types.length === 0;
  return new Set(isUnclear ? [...types, "string"] : types);
}

function fits(value: unknown, type: ValueType): boolean {
  switch (type) {
    case "string":
      return isText(value) && value !== "";
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "version":
      return isText(value) && parse(value) !== null;
    case "date":
      return isText(value) && momentOf(value) !== undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
