import { type Condition, type MatchCondition, partsOf } from "../flag/condition.ts";
import type { Share } from "../flag/flag.ts";
import type { Truth } from "../evaluate/truth.ts";

/** A set of the three truths, as bits. */
export type Truths = number;
export const TRUE: Truths = 1;
export const FALSE: Truths = 2;
export const UNKNOWN: Truths = 4;
const ANY_TRUTH: Truths = 7;

/** That one question to one attribute, by their numbers in a space, has one of several outcomes. */
export interface Literal {
  readonly op: "literal";
  readonly attribute: number;
  readonly question: number;
  readonly outcomes: Truths;
}

/** That a subject's bucket lies below a share, or not below it. */
export interface BucketLiteral {
  readonly op: "bucket";
  /** The subject attribute, by its number in a space. */
  readonly by: number;
  readonly share: Share;
  readonly isBelow: boolean;
}

/** Something that is true or false of a context. Conditions have three truths; only literals speak of them. */
export type Formula =
  | { readonly op: "all"; readonly of: readonly Formula[] }
  | { readonly op: "any"; readonly of: readonly Formula[] }
  | Literal
  | BucketLiteral;

export const ALWAYS: Formula = { op: "all", of: [] };
export const NEVER: Formula = { op: "any", of: [] };

export function bitOf(truth: Truth): Truths {
  if (truth === "unknown") return UNKNOWN;
  return truth ? TRUE : FALSE;
}

/** What a formula says of a condition's outcome. */
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
 * Returns the formula that holds exactly for the contexts in which a condition has the outcome. `all` is true where every
 * part is true, and false where at least one part is false; `any` the other way round; `none` is `any` negated.
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

/** Returns the formula for an outcome of a match, which is true where all of its questions are answered with true. */
export function outcomeFormula(attribute: number, questions: readonly number[], outcome: Outcome): Formula {
  return {
    op: outcome === "true" || outcome === "not false" ? "all" : "any",
    of: questions.map((question) => ({ op: "literal", attribute, question, outcomes: TRUTHS[outcome] })),
  };
}

/** Returns the literal that holds exactly where this one does not. */
export function opposite(literal: Literal | BucketLiteral): Literal | BucketLiteral {
  if (literal.op === "bucket") return { ...literal, isBelow: !literal.isBelow };
  return { ...literal, outcomes: ANY_TRUTH & ~literal.outcomes };
}
