import { subjectText } from "../flag/attribute.ts";
import type { Condition, Scalar, Test } from "../flag/condition.ts";
import { DEFAULT_BY, type Portion, type Rollout, type Serve, WHOLE } from "../flag/flag.ts";
import { type ScalarTest, scalarTest } from "../evaluate/scalar-test.ts";
import { and, type Truth } from "../evaluate/truth.ts";
import {
  ALWAYS,
  bitOf,
  FALSE,
  type Formula,
  formulaOf,
  type Literal,
  NEVER,
  together,
  TRUE,
  UNKNOWN,
} from "./formula.ts";
import type { Answers, Place, Question } from "./place.ts";
import { samplesOf } from "./samples.ts";
import { canHold, type Effort, type Questions, type Situation, TOO_MUCH } from "./satisfy.ts";

/** How many steps one question may take: above it the answer is "unknown", so that no file can stall a check. */
const EFFORT = 20_000;
/** How many answers of samples one space may hold. */
const MOST_ANSWERS = 400_000;

/**
 * Conditions and lines that are looked at together, and who could meet them. Formulas are made first, then questions are
 * asked; a formula of another space means nothing here.
 */
export interface Space {
  /** That the condition holds. */
  readonly holds: (condition: Condition) => Formula;
  /** That it does not: it is false or unknown. */
  readonly holdsNot: (condition: Condition) => Formula;
  /** Who a last line takes; nobody's share asked. */
  readonly listed: (rollout: Rollout, isListed: boolean) => Formula;
  /** That the subject of a line with a share or a split is there. */
  readonly hasSubject: (portion: Portion | null, serve: Serve, isThere: boolean) => Formula;
  /** That the subject's bucket is in the share, or is not; the subject is there. */
  readonly inShare: (portion: Portion | null, isInside: boolean) => Formula;
  /** Whether somebody can fulfil all of them. False is certain; "unknown" where it would take too long to say. */
  readonly isPossible: (formulas: readonly Formula[]) => boolean | "unknown";
}

/** The values that attributes are declared with: nobody else is asked. Attributes that are not named may have any. */
export type DeclaredValues = ReadonlyMap<string, readonly Scalar[]>;

interface Answering extends Question {
  readonly answer: (value: unknown) => Truth;
}

interface AskedAttribute {
  readonly name: string;
  readonly questions: Answering[];
  readonly tests: Test[];
  readonly ids: string[];
}

/** @param declared  without it, attributes may have any value that a program can hand in */
export function logicSpace(declared: DeclaredValues = new Map()): Space {
  const asked: AskedAttribute[] = [];
  const numbers = new Map<string, number>();
  const known = new Map<Condition, readonly number[]>();
  let start: { readonly size: number; readonly situation: Situation; readonly questions: Questions } | undefined;

  const numberOf = (name: string): number => {
    const number = numbers.get(name);
    if (number !== undefined) return number;
    asked.push({ name, questions: [], tests: [], ids: [] });
    numbers.set(name, asked.length - 1);
    return asked.length - 1;
  };
  const ask = (attribute: number, question: Answering): number => (asked[attribute]?.questions.push(question) ?? 0) - 1;

  const formula = (condition: Condition, wanted: "true" | "not true") =>
    formulaOf(condition, wanted, (match, each) => {
      const attribute = numberOf(match.attribute);
      let questions = known.get(match);
      if (questions === undefined) {
        questions = questionsOf(match.tests).map((question) => ask(attribute, question));
        asked[attribute]?.tests.push(...match.tests);
        known.set(match, questions);
      }
      return together(attribute, questions, each);
    });
  const onList = (name: string, ids: readonly string[], isListed: boolean): Formula => {
    const attribute = numberOf(name);
    asked[attribute]?.ids.push(...ids);
    const listed = new Set(ids);
    const answer = (value: unknown) => listed.has(subjectText(value) ?? "") && value !== "";
    const question = ask(attribute, { forLists: "some", missing: FALSE, answer });
    return { op: "literal", attribute, question, wanted: isListed ? TRUE : FALSE | UNKNOWN };
  };
  const subjects = new Map<string, number>();
  const hasSubject = (by: string, isThere: boolean): Formula => {
    const attribute = numberOf(by);
    const answer = (value: unknown) => subjectText(value) !== undefined;
    const question = subjects.get(by) ?? ask(attribute, { forLists: "no", missing: FALSE, answer });
    subjects.set(by, question);
    return { op: "literal", attribute, question, wanted: isThere ? TRUE : FALSE };
  };

  return {
    holds: (condition) => formula(condition, "true"),
    holdsNot: (condition) => formula(condition, "not true"),
    listed: (rollout, isListed) => {
      if (rollout.strategy === "role") return onList("userRole", rollout.roles, isListed);
      if (rollout.strategy !== "whitelist") return isListed ? ALWAYS : NEVER;
      const of = Object.entries(rollout.lists).map(([name, ids]) => onList(name, ids, isListed));
      return { op: isListed ? "any" : "all", of };
    },
    hasSubject: (portion, serve, isThere) => {
      if (portion !== null) return hasSubject(portion.by, isThere);
      return "split" in serve ? hasSubject(DEFAULT_BY, isThere) : isThere ? ALWAYS : NEVER;
    },
    inShare: (portion, isInside) => {
      if (portion === null || portion.share === WHOLE) return isInside ? ALWAYS : NEVER;
      return { op: "bucket", by: numberOf(portion.by), share: portion.share, isBelow: isInside };
    },
    isPossible: (formulas) => {
      const size = asked.reduce((sum, { questions }) => sum + questions.length, 0);
      if (start?.size !== size) start = { size, ...startOf(asked, declared) };
      const effort: Effort = { left: EFFORT };
      try {
        return canHold(formulas, start.situation, start.questions, effort);
      } catch (error) {
        if (error === TOO_MUCH) return "unknown";
        throw error;
      }
    },
  };
}

/** A match as questions that all have to be answered with yes. */
function questionsOf(tests: readonly Test[]): readonly Answering[] {
  const presence = tests.flatMap((test) => (test.op === "exists" ? [test.value] : []));
  const positive = tests.flatMap((test) => (test.op === "exists" || test.op === "not" ? [] : [scalarTest(test)]));
  const negative = tests.flatMap((test) => (test.op === "not" ? [scalarTest(test)] : []));
  // Without a test any value will do, as long as there is one.
  if (tests.length === 0) return [{ forLists: "yes", missing: UNKNOWN, answer: () => true }];
  return [
    ...presence.map((isThere): Answering => {
      if (isThere) return { forLists: "yes", missing: FALSE, answer: () => true };
      return { forLists: "no", missing: TRUE, answer: () => false };
    }),
    ...(positive.length === 0 ? [] : [{ forLists: "some" as const, missing: UNKNOWN, answer: allOf(positive) }]),
    ...(negative.length === 0 ? [] : [{ forLists: "every" as const, missing: UNKNOWN, answer: allOf(negative) }]),
  ];
}

function allOf(tests: readonly ScalarTest[]): (value: unknown) => Truth {
  return (value) => tests.reduce<Truth>((truth, test) => and(truth, test(value)), true);
}

function startOf(
  asked: readonly AskedAttribute[],
  declared: DeclaredValues,
): { readonly situation: Situation; readonly questions: Questions } {
  let answers = 0;
  const places = asked.map(({ name, questions, tests, ids }): Place => {
    const only = declared.get(name);
    const samples = only ?? samplesOf({ attribute: name, tests, ids });
    answers += (samples?.length ?? 0) * questions.length;
    if (samples === undefined || answers > MOST_ANSWERS) return anything(questions);
    const values = distinct(samples.map((value) => questions.map(({ answer }) => bitOf(answer(value)))));
    // The subject attribute is never a list: whatever is handed in for it, it is a text or missing.
    const elements = name === DEFAULT_BY ? null : values;
    // An empty list has none of the declared values.
    const someElement = only === undefined ? [] : [SOMETHING];
    return { canBeMissing: true, values, elements, someElement };
  });
  return { situation: { places, buckets: new Map() }, questions: asked.map(({ questions }) => questions) };
}

/** Any answer to whatever is asked first. */
const SOMETHING: Literal = { op: "literal", attribute: 0, question: 0, wanted: TRUE | FALSE | UNKNOWN };

function distinct(values: readonly Answers[]): readonly Answers[] {
  return [...new Map(values.map((answers) => [answers.join(""), answers])).values()];
}

/** An attribute of which nothing is known: every question may be answered with everything. */
function anything(questions: readonly Answering[]): Place {
  return { canBeMissing: true, values: [questions.map(() => TRUE | FALSE | UNKNOWN)], elements: null, someElement: [] };
}
