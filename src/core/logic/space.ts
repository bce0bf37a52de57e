import { subjectText } from "../flag/attribute.ts";
import type { Condition, MatchCondition, Scalar, Test } from "../flag/condition.ts";
import { testCost } from "../flag/evaluation-cost.ts";
import { DEFAULT_BY, WHOLE } from "../flag/flag.ts";
import { type Audience, type ServingRule, subjectAttribute } from "../flag/serving-rules.ts";
import type { ScalarTest } from "../matcher/operator.ts";
import { compileTests } from "../matcher/operators.ts";
import { and, type Truth } from "../evaluate/truth.ts";
import type { Budget } from "../work.ts";
import type { AttributeState, Outcomes, Question } from "./attribute-state.ts";
import { type Effort, spend, within } from "./effort.ts";
import {
  ALWAYS,
  bitOf,
  FALSE,
  type Formula,
  formulaOf,
  type Literal,
  NEVER,
  type Outcome,
  outcomeFormula,
  TRUE,
  UNKNOWN,
} from "./formula.ts";
import { samplesOf, samplingCost } from "./samples.ts";
import { canHold, type Situation } from "./satisfy.ts";

/**
 * The maximum number of steps for one question: above it the answer is "unknown", so that no file can stall a check.
 */
const MOST_STEPS = 20_000;
/** The maximum number of sample outcomes in one space. */
const MAX_OUTCOMES = 400_000;

/**
 * Decides whether some context can meet several conditions and rules at once. Create all formulas before the first
 * question. A formula is valid only in the space that created it. Every method counts its steps, and one that the run
 * has no steps left for throws what `within` catches.
 */
export interface Space {
  /**
   * Returns the formula stating that a context is in an audience, or is not. A context is outside a condition that is
   * false or unknown.
   */
  readonly inAudience: (who: Audience, isIn: boolean) => Formula;
  /**
   * Returns the formula stating that a context has the subject that the share or the split of a rule needs, or does not
   * have it.
   */
  readonly hasSubject: (rule: Pick<ServingRule, "portion" | "serve">, isThere: boolean) => Formula;
  /**
   * Returns the formula stating that the subject's bucket is in the share of a rule, or is not, for a context that has
   * the subject.
   */
  readonly inShare: (rule: Pick<ServingRule, "portion">, isInside: boolean) => Formula;
  /**
   * Returns whether some context fulfils all formulas. False is certain; "unknown" means that the search would take
   * too long.
   */
  readonly isPossible: (formulas: readonly Formula[]) => boolean | "unknown";
}

/**
 * The declared values of attributes. Such an attribute can have no other values; an attribute without an entry can have
 * any value.
 */
export type DeclaredValues = ReadonlyMap<string, readonly Scalar[]>;

/**
 * Creates an empty space.
 *
 * @param budget    of the run
 * @param declared  by default, attributes may have any value that a program can pass
 */
export function logicSpace(budget: Budget, declared: DeclaredValues = new Map()): Space {
  const effort: Effort = { left: Infinity, budget };
  const attributes = attributeTable(effort);
  const conditions = { true: new Map<Condition, Formula>(), "not true": new Map<Condition, Formula>() } as const;
  const ofCondition = (when: Condition, outcome: keyof typeof conditions): Formula => {
    const formula = conditions[outcome].get(when) ?? formulaOf(when, outcome, attributes.ofMatch);
    conditions[outcome].set(when, formula);
    return formula;
  };
  let start: { readonly size: number; readonly situation: Situation } | undefined;
  return {
    inAudience: (who, isIn) => {
      if (who.kind === "condition") return ofCondition(who.when, isIn ? "true" : "not true");
      const ofLists = Object.entries(who.lists).map(([name, ids]) => attributes.ofList(name, ids, isIn));
      return { op: isIn ? "any" : "all", of: ofLists };
    },
    hasSubject: (rule, isThere) => {
      const by = subjectAttribute(rule);
      if (by === null) return isThere ? ALWAYS : NEVER;
      return attributes.ofSubject(by, isThere);
    },
    inShare: ({ portion }, isInside) => {
      if (portion === null || portion.share === WHOLE) return isInside ? ALWAYS : NEVER;
      return { op: "bucket", by: attributes.numberOf(portion.by), share: portion.share, isBelow: isInside };
    },
    isPossible: (formulas) => {
      const size = attributes.all.reduce((sum, { questions }) => sum + questions.length, 0);
      spend(effort, attributes.all.length / 16);
      if (start?.size !== size) start = { size, situation: startOf(attributes.all, declared, effort) };
      const { situation } = start;
      return within<boolean | "unknown">(MOST_STEPS, budget, (steps) => canHold(formulas, situation, steps), "unknown");
    },
  };
}

/** Returns the audience of a condition. */
export function audience(when: Condition): Audience {
  return { kind: "condition", when };
}

/** A question about an attribute, with the function that answers it for one value. */
interface ValueQuestion extends Question {
  readonly answer: (value: unknown) => Truth;
}

/** One attribute of a space, with all questions about it. */
interface Attribute {
  readonly name: string;
  readonly questions: ValueQuestion[];
  readonly tests: Test[];
  readonly ids: string[];
}

/** Numbers attributes and questions in the order in which they come up. */
function attributeTable(effort: Effort) {
  const all: Attribute[] = [];
  const byName = new Map<string, { readonly number: number; readonly attribute: Attribute }>();
  const ofMatches = new Map<MatchCondition, readonly number[]>();
  const ofSubjects = new Map<string, number>();
  const entryOf = (name: string) => {
    const known = byName.get(name);
    if (known !== undefined) return known;
    const attribute: Attribute = { name, questions: [], tests: [], ids: [] };
    const entry = { number: all.push(attribute) - 1, attribute };
    byName.set(name, entry);
    return entry;
  };
  return {
    all,
    numberOf: (name: string): number => entryOf(name).number,
    ofMatch: (match: MatchCondition, outcome: Outcome): Formula => {
      spend(effort, 1);
      const { number, attribute } = entryOf(match.attribute);
      let questions = ofMatches.get(match);
      if (questions === undefined) {
        questions = questionsOf(match.tests).map((question) => attribute.questions.push(question) - 1);
        attribute.tests.push(...match.tests);
        ofMatches.set(match, questions);
      }
      return outcomeFormula(number, questions, outcome);
    },
    ofList: (name: string, ids: readonly string[], isListed: boolean): Formula => {
      const { number, attribute } = entryOf(name);
      spend(effort, ids.length / 16);
      for (const id of ids) attribute.ids.push(id);
      const listed = new Set(ids);
      const answer = (value: unknown) => listed.has(subjectText(value) ?? "") && value !== "";
      const question = attribute.questions.push({ forLists: "some", missing: FALSE, answer }) - 1;
      return { op: "literal", attribute: number, question, outcomes: isListed ? TRUE : FALSE | UNKNOWN };
    },
    ofSubject: (by: string, isThere: boolean): Formula => {
      const { number, attribute } = entryOf(by);
      const answer = (value: unknown) => subjectText(value) !== undefined;
      const question = ofSubjects.get(by) ?? attribute.questions.push({ forLists: "no", missing: FALSE, answer }) - 1;
      ofSubjects.set(by, question);
      return { op: "literal", attribute: number, question, outcomes: isThere ? TRUE : FALSE };
    },
  };
}

/** Returns the questions of a match, which is true if the answers to all of them are true. */
function questionsOf(tests: readonly Test[]): readonly ValueQuestion[] {
  // Without tests, the match needs only a value.
  if (tests.length === 0) return [{ forLists: "yes", missing: UNKNOWN, answer: () => true }];
  const { presence, some, every } = compileTests(tests);
  return [
    ...presence.map((isThere): ValueQuestion => {
      if (isThere) return { forLists: "yes", missing: FALSE, answer: () => true };
      return { forLists: "no", missing: TRUE, answer: () => false };
    }),
    ...(some.length === 0 ? [] : [{ forLists: "some" as const, missing: UNKNOWN, answer: allOf(some) }]),
    ...(every.length === 0 ? [] : [{ forLists: "every" as const, missing: UNKNOWN, answer: allOf(every) }]),
  ];
}

function allOf(tests: readonly ScalarTest[]): (value: unknown) => Truth {
  return (value) => tests.reduce<Truth>((truth, test) => and(truth, test(value)), true);
}

function startOf(attributes: readonly Attribute[], declared: DeclaredValues, effort: Effort): Situation {
  let count = 0;
  const states = attributes.map(({ name, questions, tests, ids }): AttributeState => {
    const only = declared.get(name);
    spend(
      effort,
      tests.reduce((sum, test) => sum + samplingCost(test), ids.length / 4),
    );
    const samples = only ?? samplesOf({ attribute: name, tests, ids });
    count += (samples?.length ?? 0) * questions.length;
    if (samples === undefined || count > MAX_OUTCOMES) return anything(questions);
    const comparisons = tests.reduce((sum, test) => sum + testCost(test), questions.length);
    spend(effort, (samples.length * comparisons) / 4);
    const values = distinct(samples.map((value) => questions.map(({ answer }) => bitOf(answer(value)))));
    // The subject attribute is never a list: it is a text or missing.
    const elements = name === DEFAULT_BY ? null : values;
    // An empty list has none of the declared values.
    const someElement = only === undefined ? [] : [SOME_VALUE];
    return { canBeMissing: true, values, elements, someElement };
  });
  return { questions: attributes.map(({ questions }) => questions), attributes: states, buckets: new Map() };
}

/** The statement that a list has an element: any outcome of the first question. */
const SOME_VALUE: Literal = { op: "literal", attribute: 0, question: 0, outcomes: TRUE | FALSE | UNKNOWN };

function distinct(values: readonly Outcomes[]): readonly Outcomes[] {
  return [...new Map(values.map((outcomes) => [outcomes.join(""), outcomes])).values()];
}

/** Returns an attribute about which nothing is known: every question may have every outcome. */
function anything(questions: readonly ValueQuestion[]): AttributeState {
  return { canBeMissing: true, values: [questions.map(() => TRUE | FALSE | UNKNOWN)], elements: null, someElement: [] };
}
