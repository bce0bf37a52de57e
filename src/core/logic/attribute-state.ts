import { FALSE, type Literal, TRUE, type Truths } from "./formula.ts";

/**
 * How a question is answered for a list: `some`: as its best element answers (true before unknown before false);
 * `every`: as its worst does; `yes` and `no`: the same for every list.
 */
type ForLists = "some" | "every" | "yes" | "no";

export interface Question {
  readonly forLists: ForLists;
  /** The answer where the attribute is missing. */
  readonly missing: Truths;
}

/** What one value answers to all questions of its attribute, in their order, a bit each. */
export type Outcomes = readonly Truths[];

/** What one attribute may still be. */
export interface AttributeState {
  readonly canBeMissing: boolean;
  /** Single values. */
  readonly values: readonly Outcomes[];
  /** What a list may hold; null where it can be no list. The longest list of them is the one that is looked at. */
  readonly elements: readonly Outcomes[] | null;
  /** What some element of the list has to answer. */
  readonly someElement: readonly Literal[];
}

/** Returns what is left of an attribute where a literal holds; undefined where nothing is. */
export function narrowed(
  state: AttributeState,
  literal: Literal,
  questions: readonly Question[],
): AttributeState | undefined {
  const { question, outcomes } = literal;
  const asked = questions[question];
  if (asked === undefined) return state;
  const canBeMissing = state.canBeMissing && (asked.missing & outcomes) !== 0;
  const values = state.values.filter((each) => (outcomeOf(each, question) & outcomes) !== 0);
  const { elements, someElement } = listsLeft(state, literal, asked.forLists);
  if (!canBeMissing && values.length === 0 && elements === null) return undefined;
  return { canBeMissing, values, elements, someElement };
}

function listsLeft(
  { elements, someElement }: AttributeState,
  literal: Literal,
  forLists: ForLists,
): Pick<AttributeState, "elements" | "someElement"> {
  const none = { elements: null, someElement: [] };
  if (elements === null) return none;
  const { question, outcomes } = literal;
  if (forLists === "yes") return (outcomes & TRUE) !== 0 ? { elements, someElement } : none;
  if (forLists === "no") return (outcomes & FALSE) !== 0 ? { elements, someElement } : none;
  // One element is enough where the best answer of all may be the outcome, or the worst.
  const isOneEnough = forLists === "some" ? (outcomes & TRUE) !== 0 : (outcomes & FALSE) !== 0;
  const left = isOneEnough ? elements : elements.filter((each) => (outcomeOf(each, question) & outcomes) !== 0);
  const needed = isOneEnough ? [...someElement, literal] : someElement;
  const isPossible = needed.every((need) =>
    left.some((each) => (outcomeOf(each, need.question) & need.outcomes) !== 0),
  );
  return isPossible ? { elements: left, someElement: needed } : none;
}

function outcomeOf(outcomes: Outcomes, question: number): Truths {
  return outcomes[question] ?? 0;
}
