import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { WeightedContext } from "./profiled-flips.ts";

/** A subject that occurs in no list. Its buckets do not matter where buckets are counted. */
const SOMEBODY = "somebody";

/**
 * Returns one context for each set of subject attributes that a person may have, with the share of people who have
 * exactly these.
 *
 * @param missing  the share of people who lack an attribute, from 0 to 1; nobody lacks an attribute without an entry
 */
export function peopleLacking(
  subjects: readonly string[],
  missing: ReadonlyMap<string, number>,
): readonly WeightedContext[] {
  return subjects.reduce<readonly WeightedContext[]>(
    (people, by) => {
      const lacking = missing.get(by) ?? 0;
      return people.flatMap(({ context, weight }) => [
        ...(lacking < 1 ? [{ context: { ...context, [by]: SOMEBODY }, weight: weight * (1 - lacking) }] : []),
        ...(lacking > 0 ? [{ context, weight: weight * lacking }] : []),
      ]);
    },
    [{ context: {} satisfies EvaluationContext, weight: 1 }],
  );
}
