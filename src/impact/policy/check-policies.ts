import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { PlanProblem } from "../../core/plan/change.ts";
import { inFileOrder, problemAtKey, problemAtValue } from "../../source/load/parsed-file.ts";
import { loadedFlag, type BranchChange } from "./branch-change.ts";
import { checkExpiry } from "./check-expiry.ts";
import { checkNeeds } from "./check-needs.ts";
import { checkStagingFirst } from "./check-staging-first.ts";

/**
 * Reports violations of the policies of `flags/_config.yaml` by a branch, in file order. Lowering a share or disabling a
 * flag never violates a policy.
 *
 * @param today  `YYYY-MM-DD`, to find dates that are too far ahead
 */
export function checkPolicies(change: BranchChange, { today }: { readonly today: string }): readonly Diagnostic[] {
  return [
    ...checkProblems(change),
    ...checkNeeds(change),
    ...checkStagingFirst(change),
    ...checkExpiry(change, today),
  ].sort(inFileOrder);
}

/** Reports problems that would prevent a sync, once for all environments. */
function checkProblems({ after, plans }: BranchChange): readonly Diagnostic[] {
  const problems = new Map<string, PlanProblem>();
  for (const { problems: found } of plans) for (const each of found) problems.set(`${each.key} ${each.code}`, each);
  return [...problems.values()].flatMap(({ key, code, message, hint }) => {
    const loaded = loadedFlag(after, key);
    if (loaded === undefined) return [];
    const problem = { code, message, hint };
    if (code === "type-changed") return [problemAtValue(loaded.parsed, ["type"], problem)];
    return [problemAtKey(loaded.parsed, [], problem)];
  });
}
