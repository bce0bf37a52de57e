import type { Condition } from "../flag/condition.ts";
import type { Share } from "../flag/flag.ts";
import type { Truth } from "../evaluate/truth.ts";

/** A set of the three truths, as bits. */
export type Truths = number;
export const TRUE: Truths = 1;
export const FALSE: Truths = 2;
export const UNKNOWN: Truths = 4;
const ANY_TRUTH: Truths = 7;

/** One question to one attribute (by its number in a space) and which answers are wanted. */
export interface Literal {
  readonly op: "literal";
  readonly attribute: number;
  readonly question: number;
  readonly wanted: Truths;
}

/** That a subject's bucket lies below a share, or not below it. */
export interface BucketLiteral {
  readonly op: "bucket";
  /** The subject attribute, by its number in a space. */
  readonly by: number;
  readonly share: Share;
  readonly isBelow: boolean;
}

/** Something that holds or does not: the three truths of conditions are in the literals only. */
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

type Match = Extract<Condition, { op: "match" }>;
/** What is wanted of a condition: that it is true, false, not true, not false. */
type Wanted = "true" | "false" | "not true" | "not false";

const OPPOSITE: Readonly<Record<Wanted, Wanted>> = {
  true: "false",
  false: "true",
  "not true": "not false",
  "not false": "not true",
};

/** That a condition has one of the wanted truths. A condition is true only where all of an `all` are, false where one is; and so on. */
export function formulaOf(
  condition: Condition,
  wanted: Wanted,
  ofMatch: (match: Match, wanted: Wanted) => Formula,
): Formula {
  const all = (of: readonly Condition[], each: Wanted): Formula => ({
    op: each === "true" || each === "not false" ? "all" : "any",
    of: of.map((part) => formulaOf(part, each, ofMatch)),
  });
  const any = (of: readonly Condition[], each: Wanted): Formula => ({
    op: each === "true" || each === "not false" ? "any" : "all",
    of: of.map((part) => formulaOf(part, each, ofMatch)),
  });
  switch (condition.op) {
    case "all":
      return all(condition.of, wanted);
    case "any":
      return any(condition.of, wanted);
    case "none":
      return any(condition.of, OPPOSITE[wanted]);
    case "segment":
      return any(
        condition.anyOf.map(({ when }) => when),
        wanted,
      );
    case "match":
      return ofMatch(condition, wanted);
  }
}

const TRUTHS: Readonly<Record<Wanted, Truths>> = {
  true: TRUE,
  false: FALSE,
  "not true": FALSE | UNKNOWN,
  "not false": TRUE | UNKNOWN,
};

/** That questions which stand together (all have to be answered with yes) have a wanted truth. */
export function together(attribute: number, questions: readonly number[], wanted: Wanted): Formula {
  return {
    op: wanted === "true" || wanted === "not false" ? "all" : "any",
    of: questions.map((question) => ({ op: "literal", attribute, question, wanted: TRUTHS[wanted] })),
  };
}

/** The literal that holds exactly where this one does not. */
export function opposite(literal: Literal | BucketLiteral): Literal | BucketLiteral {
  if (literal.op === "bucket") return { ...literal, isBelow: !literal.isBelow };
  return { ...literal, wanted: ANY_TRUTH & ~literal.wanted };
}
