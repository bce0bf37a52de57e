import { type Condition, type MatchCondition, partsOf } from "../flag/condition.ts";
import type { Share } from "../flag/flag.ts";
import type { Truth } from "../evaluate/truth.ts";

/** A set of truth values, as bits. */
export type Truths = number;
/** The sets that contain one truth value. */
export const TRUE: Truths = 1;
export const FALSE: Truths = 2;
export const UNKNOWN: Truths = 4;
const ANY_TRUTH: Truths = 7;

/**
 * The statement that one question about one attribute has one of several outcomes. Attributes and questions are
 * identified by the numbers that `space.ts` gives them.
 */
export interface Literal {
  readonly op: "literal";
  readonly attribute: number;
  readonly question: number;
  readonly outcomes: Truths;
}

/** The statement that a subject's bucket is below a share, or that it is not. */
export interface BucketLiteral {
  readonly op: "bucket";
  /** The subject attribute, by its number in a space. */
  readonly by: number;
  readonly share: Share;
  readonly isBelow: boolean;
}

/**
 * A statement about a context that is either true or false. Only its literals refer to the three truth values of
 * conditions.
 */
export type Formula =
  | { readonly op: "all"; readonly of: readonly Formula[] }
  | { readonly op: "any"; readonly of: readonly Formula[] }
  | Literal
  | BucketLiteral;

/** The formulas that hold for every context and for none. */
export const ALWAYS: Formula = { op: "all", of: [] };
export const NEVER: Formula = { op: "any", of: [] };

/** Returns the set that contains one truth value. */
export function bitOf(truth: Truth): Truths {
  if (truth === "unknown") return UNKNOWN;
  return truth ? TRUE : FALSE;
}

/** The outcome of a condition that a formula states. */
export type Outcome = "true" | "false" | "not true" | "not false";

const NEGATED: Readonly<Record<Outcome, Outcome>> = {
  true: "false",
  false: "true",
  "not true": "not false",
  "not false": "not true",
};

const TRUTHS: Readonly<Record<Outcome, Truths>> = {
  true: TRUE,
  false: FALSE,
  "not true": FALSE | UNKNOWN,
  "not false": TRUE | UNKNOWN,
};

/**
 * Returns the formula that holds exactly for the contexts in which a condition has the outcome. `all` is true if every
 * part is true, and false if at least one part is false; `any` is true if at least one part is true, and false if every
 * part is false; `none` is the opposite of `any`.
 *
 * @param ofMatch  makes the formula of a single match
 */
export function formulaOf(
  condition: Condition,
  outcome: Outcome,
  ofMatch: (match: MatchCondition, outcome: Outcome) => Formula,
): Formula {
  if (condition.op === "match") return ofMatch(condition, outcome);
  const ofParts = condition.op === "none" ? NEGATED[outcome] : outcome;
  const needsAll = (condition.op === "all") === (ofParts === "true" || ofParts === "not false");
  return { op: needsAll ? "all" : "any", of: partsOf(condition).map((part) => formulaOf(part, ofParts, ofMatch)) };
}

/** Returns the formula for an outcome of a match, which is true if the answers to all of its questions are true. */
export function outcomeFormula(attribute: number, questions: readonly number[], outcome: Outcome): Formula {
  return {
    op: outcome === "true" || outcome === "not false" ? "all" : "any",
    of: questions.map((question) => ({ op: "literal", attribute, question, outcomes: TRUTHS[outcome] })),
  };
}

/** Returns the literal that holds exactly when the given one does not. */
export function opposite(literal: Literal | BucketLiteral): Literal | BucketLiteral {
  if (literal.op === "bucket") return { ...literal, isBelow: !literal.isBelow };
  return { ...literal, outcomes: ANY_TRUTH & ~literal.outcomes };
}
