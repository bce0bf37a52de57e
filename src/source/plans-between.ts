import type { DesiredFlag } from "../core/change.ts";
import type { Flag, FlagKey } from "../core/flag.ts";
import { planChanges, type Plan } from "../core/plan.ts";
import { columnsOf, type ReadRow } from "../core/row-codec.ts";
import { desiredFlags } from "./desired-flags.ts";
import { digest } from "./digest.ts";
import type { LoadedFlags } from "./load.ts";

/** Which commits the two states of the files are of; null where no commit has them. */
export interface Commits {
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * What turns one state of the files into another, in each environment that the second declares, in the order of promotion:
 * the plan of a table that says exactly what the first says. No database is asked, so the answer is the files' alone.
 *
 * @param before  one without flags is as good as any; of one with errors, the flags that have none
 * @param after   valid: without a configuration there are no environments
 */
export function plansBetween(before: LoadedFlags, after: LoadedFlags, commits: Commits): readonly Plan[] {
  const { config } = after;
  if (config === null) return [];
  return config.environments.map(({ name, protected: isProtected }) => {
    const desired = desiredFlags(after, name);
    return planChanges({
      environment: { name, protected: isProtected },
      policies: config.policies,
      from: { revision: 0, commit: commits.from },
      to: { commit: commits.to },
      desired,
      live: rowsAsSynced(before.flagsFor(name), desired),
      release: new Set<FlagKey>(),
      onDrift: "keep",
      acknowledgedPlan: null,
      deletedByHand: new Set<FlagKey>(),
      digest,
    });
  });
}

/** The rows that a sync of those flags would have left behind. */
function rowsAsSynced(
  flags: ReadonlyMap<FlagKey, Flag>,
  desired: ReadonlyMap<FlagKey, DesiredFlag>,
): ReadonlyMap<FlagKey, ReadRow> {
  const epoch = new Date(0).toISOString();
  const rows = [...flags].map(([key, flag]): readonly [FlagKey, ReadRow] => {
    const columns = columnsOf(flag);
    const row = {
      ...columns,
      id: "",
      feature_key: key,
      // Where a file lies is of no interest here: moving it changes nothing.
      path: desired.get(key)?.path ?? null,
      commit_sha: null,
      synced: columns,
      archived_at: null,
      created_at: epoch,
      updated_at: epoch,
      created_by: "",
      last_modified_by: "",
    };
    return [key, { ok: true, flag, row }];
  });
  return new Map(rows);
}
