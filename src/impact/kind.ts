import { constantAnswer } from "../core/flag/constant-answer.ts";
import { isNarrowing, reshuffleOf } from "./danger.ts";
import type { Flag } from "../core/flag/flag.ts";
import { sameJson } from "../core/json.ts";
import { covers } from "./cover.ts";
import type { ChangeKind } from "./report.ts";
import { readsAlike } from "./answers-alike.ts";

/**
 * What a change does to those who are answered already, from the text of both versions alone: never by asking people, so
 * that the same change is always of the same kind. In doubt it is `retarget`.
 *
 * @param before  null for a new flag: it widens, unless it answers its off variant to everybody
 * @param after   null for one whose file is gone: it narrows to its fallback, unless it answers that to everybody already
 */
export function kindOf(before: Flag | null, after: Flag | null): ChangeKind {
  if (before === null) return after === null || constantAnswer(after) === after.offVariant ? "no-op" : "widen";
  if (after === null) {
    if (constantAnswer(before) === before.fallback) return "no-op";
    return before.fallback === before.offVariant ? "narrow" : "retarget";
  }
  if (readsAlike(before, after)) return "no-op";
  // Another value behind a variant is another answer, whoever gets it.
  if (!keepsValues(before, after)) return "retarget";
  const [was, is] = [constantAnswer(before), constantAnswer(after)];
  if (was !== undefined && was === is) return "no-op";
  const reshuffle = reshuffleOf(before, after);
  if (reshuffle !== undefined) return "reshuffle";
  const [shrinks, grows] = [narrows(before, after), narrows(after, before)];
  if (shrinks && grows) return "no-op";
  return shrinks ? "narrow" : grows ? "widen" : "retarget";
}

function keepsValues(before: Flag, after: Flag): boolean {
  return Object.entries(before.variants).every(([name, value]) => {
    return !Object.hasOwn(after.variants, name) || sameJson(value, after.variants[name]);
  });
}

/** Whether whoever is answered otherwise by the second version gets its off variant, which is what both have. */
function narrows(before: Flag, after: Flag): boolean {
  return before.offVariant === after.offVariant && (isNarrowing(before, after) || covers(before, after));
}
