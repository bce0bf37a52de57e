import { manualChangeData } from "../plan/plan-json.ts";
import type { DeployedPullRequest } from "../../github/deployed.ts";
import { summaryOf, type SyncOutcome } from "../../sync/sync.ts";

/**
 * The outcome of a sync as data.
 *
 * @param told  the pull requests that were told; undefined where nobody asked for that
 */
export function syncJson(
  outcome: Exclude<SyncOutcome, { kind: "invalid" }>,
  told?: readonly DeployedPullRequest[],
): string {
  const { plan, head, desired } = outcome;
  return JSON.stringify(
    {
      outcome: outcome.kind,
      ...(outcome.kind === "refused" ? { because: outcome.because } : {}),
      environment: plan.environment,
      database: outcome.database,
      revision: head.revision,
      epoch: head.epoch,
      commit: head.commit,
      changes: summaryOf(plan),
      flags: desired.flags.size,
      testsPassed: desired.testsPassed,
      handEdits: plan.manualChanges.map(manualChangeData),
      unmanaged: plan.unmanaged,
      needs: plan.needs,
      problems: plan.problems,
      planId: plan.id,
      uncommitted: desired.uncommitted,
      ...(told === undefined ? {} : { comments: told }),
    },
    null,
    2,
  );
}
