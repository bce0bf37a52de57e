import { backoffMs } from "../../store/backoff.ts";
import type { Clock } from "../clock.ts";

/** After this time without a failure, the next failure counts as the first one again. */
const HEALTHY_MS = 60_000;

/**
 * Creates a backoff that grows with each failure. A success resets it only after the connection has stayed healthy for a
 * minute: a database that fails every second is not healthy. All attempts of a client share one backoff.
 */
export function createBackoff({ elapsed, random }: Pick<Clock, "elapsed" | "random">) {
  let failures = 0;
  let healthySince: number | undefined;
  return {
    /** Counts a failure and returns the milliseconds to wait before the next attempt. */
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
