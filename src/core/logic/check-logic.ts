import type { Condition } from "../flag/condition.ts";
import { holdsForAllByForm, neverHoldsByForm } from "./by-form.ts";
import { logicSpace, audience } from "./space.ts";

/** Returns true only if it is certain that no context can meet the condition; false if it is not certain. */
export function canNeverHold(condition: Condition): boolean {
  if (neverHoldsByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), true)]) === false;
}

/**
 * Returns true only if it is certain that every context meets the condition, even one without attributes; false if it is
 * not certain.
 */
export function holdsForEveryone(condition: Condition): boolean {
  if (holdsForAllByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), false)]) === false;
}
