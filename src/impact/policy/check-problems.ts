import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { PlanProblem } from "../../core/plan/change.ts";
import { problemAtKey, problemAtValue } from "../../source/load/parsed-file.ts";
import { loadedFlag } from "./check-needs.ts";
import type { BranchChange } from "./check-policies.ts";

/** What no sync would take, in whatever environment: told once. */
export function checkProblems({ after, plans }: BranchChange): readonly Diagnostic[] {
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
