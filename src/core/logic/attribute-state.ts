import { FALSE, type Literal, TRUE, type Truths } from "./formula.ts";

/**
 * How a question is answered for a list. `some`: with the best outcome of any element (true > unknown > false).
 * `every`: with the worst. `yes` and `no`: with true or false, whatever the list contains.
 */
type ForLists = "some" | "every" | "yes" | "no";

/** One question about an attribute, such as whether it passes a test. */
export interface Question {
  readonly forLists: ForLists;
  /** The answer if the attribute is missing. */
  readonly missing: Truths;
}

/** The answers of one value to all questions about its attribute, in the order of the questions. */
export type Outcomes = readonly Truths[];

/** The values that one attribute can still have. */
export interface AttributeState {
  readonly canBeMissing: boolean;
  /** Single values. */
  readonly values: readonly Outcomes[];
  /**
   * The elements that a list may contain; null if the attribute cannot be a list. Only the longest possible list is
   * considered.
   */
  readonly elements: readonly Outcomes[] | null;
  /** Literals that some element of the list must fulfil. */
  readonly someElement: readonly Literal[];
}

/** Narrows an attribute to the values for which a literal holds; undefined if there are none. */
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
  // A single element decides when the wanted outcome is the best one (`some`) or the worst one (`every`).
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
