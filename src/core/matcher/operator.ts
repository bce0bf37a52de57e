import type { Truth } from "../evaluate/truth.ts";
import type { Scalar, Test } from "../flag/condition.ts";
import type { JsonValue } from "../json.ts";
import type { Path } from "./operand.ts";
import type { ListLength } from "./operand-text.ts";

/** Evaluates a test of one value: an attribute, or one element of a list. Unknown for a value of another type. */
export type ScalarTest = (value: unknown) => Truth;

/** The types that attributes are declared with. */
export type ValueType = "string" | "number" | "boolean" | "version" | "date";

/**
 * Everything about one operator of conditions, in one file for each family of operators. Methods take the tests of their
 * own operator only: the table in `operators.ts` hands them no others.
 */
export interface Operator<Of extends Test = Test> {
  /**
   * What a list-valued attribute has to do. `some`: one element passes all such tests of a match together. `every`: no
   * element fails. `presence`: the test is about the attribute itself, which may be missing.
   */
  readonly onLists: "some" | "every" | "presence";
  /** Reads what is written behind the operator. @throws FormatProblem */
  parse(operand: JsonValue, path: Path): Of;
  /** Returns what {@link parse} reads back. */
  operandJson(test: Of): JsonValue;
  /** Prepares a test for evaluation: ranges and dates are read here, lists become sets. */
  compile(test: Of): ScalarTest;
  /** Evaluates a test for a trace, by the book. Written apart from {@link compile}: each is the test of the other. */
  interpret(test: Of, value: unknown): Truth;
  /** Says what stands behind an attribute: `whose userRole` … `is admin or mechanic`. */
  text(test: Of, lists: ListLength): string;
  /** Returns the values at which the outcome may change: what logic checks and generated contexts try. */
  boundaries(test: Of): Boundaries;
  /** Returns the types of values that the test can tell apart. */
  valueTypes(test: Of): readonly ValueType[];
  /** Returns whether some value surely passes. False: not certain. */
  canPass(test: Of, attribute: { readonly isUserId: boolean; readonly isDeclared: boolean }): boolean;
  /** Returns whether every value that passes surely passes the other test too. False: not certain. */
  implies(test: Of, other: Test): boolean;
  /** Returns whether surely no value passes both tests. False: not certain. */
  excludes(test: Of, other: Test): boolean;
}

/** What tests compare with, by kind of comparison. */
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
