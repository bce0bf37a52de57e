import type { Condition } from "../flag/condition.ts";
import { holdsForAllByForm, neverHoldsByForm } from "./by-form.ts";
import { logicSpace, audience } from "./space.ts";

/** Returns whether surely nobody can meet the condition. False: not certain. */
export function canNeverHold(condition: Condition): boolean {
  if (neverHoldsByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), true)]) === false;
}

/** Returns whether surely everyone meets the condition, also a context without attributes. False: not certain. */
export function holdsForEveryone(condition: Condition): boolean {
  if (holdsForAllByForm(condition)) return true;
  const { inAudience, isPossible } = logicSpace();
  return isPossible([inAudience(audience(condition), false)]) === false;
}
