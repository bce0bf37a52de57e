import type { Clock } from "../clock.ts";

/** This many reads may follow each other without a pause, so that a kill right after a sync is not delayed. */
const BURST = 3;
/** After the burst, the time between two reads is MULTIPLE times their duration, within these limits. */
const MULTIPLE = 5;
const MIN_INTERVAL_MS = 500;
const MAX_INTERVAL_MS = 2000;

/**
 * Creates the pace of full reads. However often the database notifies, reading and compiling the flags takes only a small part
 * of a program's time.
 */
export function createPace({ elapsed, after }: Pick<Clock, "elapsed" | "after">) {
  let intervalMs = MIN_INTERVAL_MS;
  /** The number of reads that may start now. */
  let allowed = BURST;
  let countedAt = elapsed();

  function refill(): void {
    const now = elapsed();
    allowed = Math.min(BURST, allowed + (now - countedAt) / intervalMs);
    countedAt = now;
  }

  return {
    /** Records a read and how long it took. */
    read: (durationMs: number): void => {
      refill();
      allowed -= 1;
      intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, MULTIPLE * durationMs));
    },
    /** Resolves when the next read may start, or when the signal is aborted. */
    next: async (signal: AbortSignal): Promise<void> => {
      refill();
      if (allowed >= 1 || signal.aborted) return;
      const pause = Promise.withResolvers<void>();
      const cancel = after(Math.ceil((1 - allowed) * intervalMs), pause.resolve);
      signal.addEventListener("abort", () => pause.resolve(), { once: true });
      await pause.promise;
      cancel();
    },
  };
}
