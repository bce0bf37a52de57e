import type { Rule } from "./flag.ts";
import { canonicalJson } from "../json.ts";

/** A rule in two versions of a flag; `was` is null for a new rule. */
export interface RulePair {
  readonly was: Rule | null;
  readonly is: Rule;
}

/**
 * Pairs each rule of the second version with a rule of the first: by name, or by equal conditions if the name of the
 * first version's rule is gone. A renamed rule is therefore the same rule.
 */
export function rulePairs(before: readonly Rule[], after: readonly Rule[]): readonly RulePair[] {
  const byName = new Map(before.map((rule) => [rule.name, rule]));
  const kept = new Set(after.map(({ name }) => name));
  const gone = before.filter(({ name }) => !kept.has(name));
  // By their text, so that each condition is read once, however many rules are renamed.
  const byCondition = Map.groupBy(gone, ({ when }) => canonicalJson(when));
  return after.map((is) => {
    const was = byName.get(is.name);
    if (was !== undefined) return { was, is };
    if (gone.length === 0) return { was: null, is };
    return { was: byCondition.get(canonicalJson(is.when))?.shift() ?? null, is };
  });
}
