import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a program sees of a flag: what somebody has before their eyes who wants it changed. */
export interface SeenFlag {
  readonly environment: string;
  /** The commit that the table was synced from; null where that is unknown, or there is no data. */
  readonly commit: string | null;
  /** As the table has it, changes by hand included; null where it has none. */
  readonly flag: Flag | null;
}

export function seenFlag(environment: string, snapshot: Snapshot | undefined, key: FlagKey): SeenFlag {
  return { environment, commit: snapshot?.head.commit ?? null, flag: snapshot?.live.get(key)?.flag ?? null };
}
