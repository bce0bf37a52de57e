import type { Truth } from "../evaluate/truth.ts";
import type { Scalar, Test } from "../flag/condition.ts";
import type { JsonValue } from "../json.ts";
import type { Path } from "./operand.ts";
import type { ListLength } from "./operand-text.ts";

/** Evaluates a test of one value: an attribute, or one element of a list. Unknown for a value of a different type. */
export type ScalarTest = (value: unknown) => Truth;

/** The types that attributes are declared with. */
export type ValueType = "string" | "number" | "boolean" | "version" | "date";

/**
 * The implementation of one operator of conditions. Its methods accept only the tests of that operator, which the table
 * in `operators.ts` ensures.
 */
export interface Operator<Of extends Test = Test> {
  /**
   * How a test applies to a list-valued attribute. `some`: one element passes all such tests of a match together.
   * `every`: no element fails. `presence`: the test is about the attribute itself, which may be missing.
   */
  readonly onLists: "some" | "every" | "presence";
  /** Parses the operand of a condition in a file or a row. @throws FormatProblem */
  parse(operand: JsonValue, path: Path): Of;
  /** Returns the operand of a test as JSON, which {@link parse} reads back. */
  operandJson(test: Of): JsonValue;
  /** Compiles a test for evaluation: parses ranges and dates, and turns lists into sets. */
  compile(test: Of): ScalarTest;
  /** Evaluates a test for a trace. Implemented independently of {@link compile}, so that tests can compare the two. */
  interpret(test: Of, value: unknown): Truth;
  /** Describes a test as it follows an attribute: `whose userRole` … `is admin or mechanic`. */
  text(test: Of, lists: ListLength): string;
  /** Returns the values at which the outcome may change: for logic checks and generated contexts. */
  boundaries(test: Of): Boundaries;
  /** Returns the types of values that the test can tell apart. */
  valueTypes(test: Of): readonly ValueType[];
  /** Returns true only if it is certain that some value passes; false if it is not certain. */
  canPass(test: Of, attribute: { readonly isUserId: boolean; readonly isDeclared: boolean }): boolean;
  /**
   * Returns true only if it is certain that every value that passes also passes the other test; false if it is not certain.
   */
  implies(test: Of, other: Test): boolean;
  /** Returns true only if it is certain that no value passes both tests; false if it is not certain. */
  excludes(test: Of, other: Test): boolean;
}

/** The values that tests compare with, by kind of comparison. */
export interface Boundaries {
  /** Compared as a whole. */
  readonly listed?: readonly Scalar[];
  readonly startsWith?: readonly string[];
  readonly endsWith?: readonly string[];
  readonly contains?: readonly string[];
  readonly numbers?: readonly number[];
  /** ISO 8601. */
  readonly moments?: readonly string[];
  /** npm ranges. */
  readonly ranges?: readonly string[];
}
