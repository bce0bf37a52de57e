import type { DesiredFlag } from "../core/change.ts";
import type { Flag, FlagKey } from "../core/flag.ts";
import { planChanges, type Plan } from "../core/plan.ts";
import { columnsOf, type ReadRow } from "../core/row-codec.ts";
import { desiredOf, readFiles, type Files } from "./desired.ts";
import { digest } from "./digest.ts";

const quiet = () => {};

/**
 * What these files change against another commit, in each environment that both declare: the plan of a table that says
 * exactly what that commit says. No database is asked, so the answer is git's alone.
 *
 * @param files  valid
 * @throws FlagError as readFiles does, about the base
 */
export async function changesSince(folder: string, base: string, files: Files): Promise<readonly Plan[]> {
  const before = await readFiles({ folder, ref: base }, quiet);
  const environments = files.loaded.config?.environments ?? [];
  return environments.flatMap(({ name }) => {
    const result = desiredOf({ ...files, commit: files.commit ?? "" }, name, quiet);
    if (!result.ok) return [];
    const { desired } = result;
    return [
      planChanges({
        environment: desired.environment,
        policies: desired.policies,
        from: { revision: 0, commit: before.commit },
        to: { commit: files.commit },
        desired: desired.flags,
        live: rowsAsSynced(before.loaded.flagsFor(name), desired.flags),
        release: new Set<FlagKey>(),
        onDrift: "keep",
        acknowledgedPlan: null,
        deletedByHand: new Set<FlagKey>(),
        digest,
      }),
    ];
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
