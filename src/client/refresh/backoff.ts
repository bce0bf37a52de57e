import { backoffMs } from "../../store/backoff.ts";
import type { Clock } from "../clock.ts";

/** After this time without a failure, the next failure counts as a first one again. */
const HEALTHY_MS = 60_000;

/** Computes how long to wait before the next attempt. A client has one, so that no attempt bypasses it. */
export interface Backoff {
  /** Counts a failure and returns the milliseconds to wait. */
  readonly failed: () => number;
  readonly succeeded: () => void;
}

/**
 * Creates a backoff that grows with each failure. A success resets it only after the connection has stayed healthy for a
 * minute: a database that fails every second is not healthy.
 */
export function createBackoff({ elapsed, random }: Pick<Clock, "elapsed" | "random">): Backoff {
  let failures = 0;
  let healthySince: number | undefined;
  return {
    failed: () => {
      if (healthySince !== undefined && elapsed() - healthySince >= HEALTHY_MS) failures = 0;
      healthySince = undefined;
      return backoffMs(failures++, random);
    },
    succeeded: () => {
      healthySince ??= elapsed();
    },
  };
}
