import { FALSE, type Literal, TRUE, type Truths } from "./formula.ts";

/**
 * How a question is answered for a list: `some`: as its best element answers (true before unknown before false);
 * `every`: as its worst does; `yes` and `no`: whatever stands in it.
 */
export type ForLists = "some" | "every" | "yes" | "no";

export interface Question {
  readonly forLists: ForLists;
  /** The answer where the attribute is missing. */
  readonly missing: Truths;
}

/** The answers of one value to all questions of its attribute, in their order, a bit each. */
export type Answers = readonly Truths[];

/** What one attribute may still be. */
export interface Place {
  readonly canBeMissing: boolean;
  /** Single values. */
  readonly values: readonly Answers[];
  /** What may stand in a list; null: it can be no list. The longest list of them is the one that is asked. */
  readonly elements: readonly Answers[] | null;
  /** What some element of the list has to answer. */
  readonly someElement: readonly Literal[];
}

/** What is left of a place where a literal holds; undefined where nothing is. */
export function narrowed(place: Place, literal: Literal, questions: readonly Question[]): Place | undefined {
  const { question, wanted } = literal;
  const asked = questions[question];
  if (asked === undefined) return place;
  const canBeMissing = place.canBeMissing && (asked.missing & wanted) !== 0;
  const values = place.values.filter((answers) => (answerTo(answers, question) & wanted) !== 0);
  const { elements, someElement } = listsLeft(place, literal, asked.forLists);
  if (!canBeMissing && values.length === 0 && elements === null) return undefined;
  return { canBeMissing, values, elements, someElement };
}

function listsLeft(
  { elements, someElement }: Place,
  literal: Literal,
  forLists: ForLists,
): Pick<Place, "elements" | "someElement"> {
  const none = { elements: null, someElement: [] };
  if (elements === null) return none;
  const { question, wanted } = literal;
  if (forLists === "yes") return (wanted & TRUE) !== 0 ? { elements, someElement } : none;
  if (forLists === "no") return (wanted & FALSE) !== 0 ? { elements, someElement } : none;
  // What one element is enough for: the best answer of all is wanted, or the worst.
  const isOneEnough = forLists === "some" ? (wanted & TRUE) !== 0 : (wanted & FALSE) !== 0;
  const left = isOneEnough ? elements : elements.filter((answers) => (answerTo(answers, question) & wanted) !== 0);
  const needed = isOneEnough ? [...someElement, literal] : someElement;
  const isPossible = needed.every((need) =>
    left.some((answers) => (answerTo(answers, need.question) & need.wanted) !== 0),
  );
  return isPossible ? { elements: left, someElement: needed } : none;
}

function answerTo(answers: Answers, question: number): Truths {
  return answers[question] ?? 0;
}
