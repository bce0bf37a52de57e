import type { Condition } from "../flag/condition.ts";
import type { Budget } from "../work.ts";
import { holdsForAllByForm, neverHoldsByForm } from "./by-form.ts";
import { within } from "./effort.ts";
import { logicSpace, audience } from "./space.ts";

/** Returns true only if it is certain that no context can meet the condition; false if it is not certain. */
export function canNeverHold(condition: Condition, budget: Budget): boolean {
  return neverHoldsByForm(condition, budget) || isImpossible(condition, true, budget);
}

/**
 * Returns true only if it is certain that every context meets the condition, even one without attributes; false if it is
 * not certain.
 */
export function holdsForEveryone(condition: Condition, budget: Budget): boolean {
  return holdsForAllByForm(condition, budget) || isImpossible(condition, false, budget);
}

function isImpossible(condition: Condition, isIn: boolean, budget: Budget): boolean {
  const search = () => {
    const { inAudience, isPossible } = logicSpace(budget);
    return isPossible([inAudience(audience(condition), isIn)]) === false;
  };
  return within(Infinity, budget, search, false);
}
