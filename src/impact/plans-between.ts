import type { DesiredFlag, LiveRow } from "../core/plan/live-row.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { planChanges } from "../core/plan/plan.ts";
import { columnsOf } from "../core/row/row-codec.ts";
import { stricterOf } from "../source/load/config.ts";
import { desiredFlags } from "../source/read/desired.ts";
import { digest } from "../source/load/digest.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import { withNeeds, type PlanWithNeeds } from "./needs.ts";

/** The commits of the two states of the files; null for a state that is not committed. */
export interface Commits {
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Plans the change from one state of the files to another, for each environment that the second declares, in the order of
 * promotion, as if each table held exactly the first state. It reads no database. Of the limits in the two configurations,
 * the stricter ones apply.
 *
 * @param before  may contain no flags; flags with errors are left out
 * @param after   valid; without a configuration there are no environments
 */
export function plansBetween(before: LoadedFlags, after: LoadedFlags, commits: Commits): readonly PlanWithNeeds[] {
  if (after.config === null) return [];
  const { environments, policies, attributes } = stricterOf(before.config, after.config);
  return environments.map((environment) => {
    const { name } = environment;
    const desired = desiredFlags(after, name);
    const plan = planChanges({
      environment: name,
      from: { revision: 0, commit: commits.from },
      to: { commit: commits.to },
      desired,
      live: rowsAsSynced(before.flagsFor(name), desired),
      release: new Set<FlagKey>(),
      onDrift: "keep",
      deletedManually: new Map(),
      archivedManually: new Set<FlagKey>(),
      digest,
    });
    return withNeeds(plan, { environment, policies, attributes, work: after.work, desired, acknowledgedPlan: null });
  });
}

/** Returns the rows that a sync of those flags would have written. */
function rowsAsSynced(
  flags: ReadonlyMap<FlagKey, Flag>,
  desired: ReadonlyMap<FlagKey, DesiredFlag>,
): ReadonlyMap<FlagKey, LiveRow> {
  const rows = [...flags].map(([key, flag]): readonly [FlagKey, LiveRow] => {
    const columns = columnsOf(flag);
    // Moving a file changes nothing here, so both sides have the path of the second state.
    const path = desired.get(key)?.path ?? null;
    return [key, { ok: true, flag, row: { ...columns, path, synced: columns, archived_at: null } }];
  });
  return new Map(rows);
}
