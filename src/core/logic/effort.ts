import type { Budget } from "../work.ts";

/** The steps that are left for one question, and for all questions of the run. */
export interface Effort {
  left: number;
  readonly budget: Budget;
}

/** Thrown when a search runs out of steps. */
const TOO_MUCH = Symbol("too much");

/** Counts steps of a search. @throws when the question or the run has none left; {@link within} catches it */
export function spend(effort: Effort, steps: number): void {
  effort.left -= steps;
  effort.budget.left -= steps;
  if (effort.left < 0 || effort.budget.left < 0) giveUp();
}

/** Ends a search without a result. @throws always; {@link within} catches it */
export function giveUp(): never {
  throw TOO_MUCH;
}

/**
 * Runs a search with a limited number of steps.
 *
 * @param most       the maximum number of steps for this search
 * @param otherwise  the result if the steps do not suffice
 */
export function within<Result>(
  most: number,
  budget: Budget,
  search: (effort: Effort) => Result,
  otherwise: NoInfer<Result>,
): Result {
  try {
    return search({ left: most, budget });
  } catch (error) {
    if (error === TOO_MUCH) return otherwise;
    throw error;
  }
}
