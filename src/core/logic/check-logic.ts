import type { Condition } from "../flag/condition.ts";
import { holdsForAllByForm, neverHoldsByForm } from "./by-form.ts";
import { logicSpace, audience } from "./space.ts";

/** Returns whether certainly no context can meet the condition. False means that it is not certain. */
export function canNeverHold(condition: Condition): boolean {
  if (neverHoldsByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), true)]) === false;
}

/**
 * Returns whether certainly every context meets the condition, even one without attributes. False means that it is not
 * certain.
 */
export function holdsForEveryone(condition: Condition): boolean {
  if (holdsForAllByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), false)]) === false;
}
