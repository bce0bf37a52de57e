import type { FlagKey } from "../../core/flag/flag.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import type { PlanWithNeeds } from "../needs.ts";

/** What a branch changes: the flags of its base, its own flags, and the plan of each environment from one to the other. */
export interface BranchChange {
  readonly before: LoadedFlags;
  /** Valid. */
  readonly after: LoadedFlags;
  /** Plans that change nothing may be left out. */
  readonly plans: readonly PlanWithNeeds[];
}

const indexes = new WeakMap<readonly LoadedFlag[], ReadonlyMap<FlagKey, LoadedFlag>>();

/** Returns a flag by its key. The index is created once, because a branch may change thousands of flags. */
export function loadedFlag({ flags }: LoadedFlags, key: FlagKey): LoadedFlag | undefined {
  const index = indexes.get(flags) ?? new Map(flags.map((flag) => [flag.key, flag]));
  indexes.set(flags, index);
  return index.get(key);
}
