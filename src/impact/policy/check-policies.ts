import type { PlanWithNeeds } from "../needs.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { inFileOrder } from "../../source/load/parsed-file.ts";
import { checkExpiry } from "./check-expiry.ts";
import { checkNeeds } from "./check-needs.ts";
import { checkProblems } from "./check-problems.ts";
import { checkStagingFirst } from "./check-staging-first.ts";

/** What a branch changes: the flags where it left its base, the flags as it has them, and the plan of each environment. */
export interface BranchChange {
  readonly before: LoadedFlags;
  /** Valid. */
  readonly after: LoadedFlags;
  /** Of a table that says what the base says; those that change nothing may be left out. */
  readonly plans: readonly PlanWithNeeds[];
}

/**
 * Where a branch breaks the policies of `flags/_config.yaml`, in file order. What lowers or disables breaks none of them.
 *
 * @param today  `YYYY-MM-DD`, for days that lie too far ahead
 */
export function checkPolicies(change: BranchChange, { today }: { readonly today: string }): readonly Diagnostic[] {
  return [
    ...checkProblems(change),
    ...checkNeeds(change),
    ...checkStagingFirst(change),
    ...checkExpiry(change, today),
  ].sort(inFileOrder);
}
