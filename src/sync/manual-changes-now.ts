import type { HeldEdit } from "../core/plan/change.ts";
import type { FlagStore } from "../store/store.ts";
import { desiredOf } from "../source/read/desired.ts";
import type { Files } from "../source/read/read-files.ts";
import { planAgainst, readTable } from "./planning.ts";

/**
 * What was written to an environment's table by hand, and what a sync of the files would make of it. Where the table stands
 * in history is not asked: a branch that is about to be merged is behind it more often than not.
 *
 * @param files  valid, their tests pass
 * @throws FlagError WRONG_DATABASE, UNKNOWN_ENVIRONMENT; the store's own
 */
export async function heldByHand(store: FlagStore, environment: string, files: Files): Promise<readonly HeldEdit[]> {
  // As a commit: nothing is written, so that work trees may be asked about everywhere.
  const result = desiredOf({ ...files, commit: files.commit ?? "" }, environment, () => {});
  if (!result.ok) return [];
  const desired = { ...result.desired, repository: null };
  const options = { release: new Set<string>(), onDrift: "keep", acknowledgedPlan: null, acceptLive: null } as const;
  const { plan } = await planAgainst(await readTable(store), desired, options);
  return plan.handEdits;
}
