import type { Rule } from "./flag.ts";
import { sameJson } from "../json.ts";

/** A rule, and what it was in the version before; null for a new one. */
export interface RulePair {
  readonly was: Rule | null;
  readonly is: Rule;
}

/**
 * The second version's rules with those that they were: of the same name, else, of those whose name is gone, the one that
 * asks the same. So a rule that gets another name is still the rule that it was.
 */
export function rulePairs(before: readonly Rule[], after: readonly Rule[]): readonly RulePair[] {
  const byName = new Map(before.map((rule) => [rule.name, rule]));
  const kept = new Set(after.map(({ name }) => name));
  const gone = before.filter(({ name }) => !kept.has(name));
  return after.map((is) => {
    const was = byName.get(is.name);
    if (was !== undefined) return { was, is };
    const at = gone.findIndex(({ when }) => sameJson(when, is.when));
    const [renamed = null] = at === -1 ? [] : gone.splice(at, 1);
    return { was: renamed, is };
  });
}
