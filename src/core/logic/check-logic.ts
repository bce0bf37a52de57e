import type { Condition } from "../flag/condition.ts";
import { holdsForAllByForm, impliesByForm, neverHoldsByForm } from "./by-form.ts";
import { logicSpace } from "./space.ts";

/** True when it is certain that whoever meets `a` meets `b` too. False: not certain. */
export function implies(a: Condition, b: Condition): boolean {
  if (impliesByForm(a, b)) return true;
  const { holds, holdsNot, isPossible } = logicSpace();
  return isPossible([holds(a), holdsNot(b)]) === false;
}

/** True when it is certain that nobody can meet the condition. False: not certain. */
export function canNeverHold(condition: Condition): boolean {
  if (neverHoldsByForm(condition)) return true;
  const { holds, isPossible } = logicSpace();
  return isPossible([holds(condition)]) === false;
}

/** True when it is certain that everybody meets the condition, also those of whom nothing is known. False: not certain. */
export function holdsForEverybody(condition: Condition): boolean {
  if (holdsForAllByForm(condition)) return true;
  const { holdsNot, isPossible } = logicSpace();
  return isPossible([holdsNot(condition)]) === false;
}
