import type { Head, HighestHeartbeat } from "../store/store.ts";

/**
 * Why a sync starts a new epoch. `restored`: a running process reported a higher revision than the table has, so the table is a
 * restored backup. `asked`: by an option.
 */
export type NewEpoch = { readonly because: "restored"; readonly reported: number } | { readonly because: "asked" };

/** Returns the number of the new epoch: higher than that of the table and of every running process. */
export function nextEpoch({ epoch }: Pick<Head, "epoch">, heartbeat: HighestHeartbeat | null): number {
  return Math.max(epoch, heartbeat?.epoch ?? 0) + 1;
}

/**
 * Returns whether a sync has to start a new epoch, and why; null if it does not. A new epoch makes every process accept the table,
 * although its revision is lower than the one that the process serves.
 */
export function newEpochFor(head: Head, heartbeat: HighestHeartbeat | null, isAsked: boolean): NewEpoch | null {
  const reported = revisionAhead(head, heartbeat);
  if (reported !== null) return { because: "restored", reported };
  return isAsked ? { because: "asked" } : null;
}

/**
 * Returns the revision that a running process reported if the table is behind it; null if it is not.
 *
 * @param heartbeat  read before the head, because both increase in normal operation
 */
export function revisionAhead(
  { epoch, revision }: Pick<Head, "epoch" | "revision">,
  heartbeat: HighestHeartbeat | null,
): number | null {
  // Before its first change, a database is not a backup: the heartbeat is of a process that served another database.
  if (heartbeat === null || revision === 0 || heartbeat.epoch < epoch) return null;
  return heartbeat.epoch > epoch || heartbeat.revision > revision ? heartbeat.revision : null;
}
