import { manualChangeData, manualRowsData, newEpochData } from "../plan/plan-json.ts";
import type { DeployedPullRequest } from "../../github/deployed.ts";
import { summaryOf, type SyncOutcome } from "../../sync/sync.ts";

/**
 * Returns the outcome of a sync as data for JSON.
 *
 * @param announced  the announced pull requests; undefined without `--comment`
 */
export function syncData(
  outcome: Exclude<SyncOutcome, { kind: "invalid" }>,
  announced?: readonly DeployedPullRequest[],
): object {
  const { plan, head, desired } = outcome;
  return {
    outcome: outcome.kind,
    ...(outcome.kind === "refused" ? { because: outcome.because } : {}),
    environment: plan.environment,
    database: outcome.database,
    revision: head.revision,
    epoch: head.epoch,
    ...newEpochData(outcome, outcome.kind === "synced" ? "ended" : "will end"),
    commit: head.commit,
    changes: summaryOf(plan),
    flags: desired.flags.size,
    testsPassed: desired.testsPassed,
    handEdits: plan.manualChanges.map(manualChangeData),
    unmanaged: plan.unmanaged,
    putBack: plan.putBack,
    manualRows: manualRowsData(plan, outcome.manual),
    nothingToRelease: plan.nothingToRelease,
    needs: plan.needs,
    problems: plan.problems,
    planId: plan.id,
    uncommitted: desired.uncommitted,
    ...(announced === undefined ? {} : { comments: announced }),
  };
}
