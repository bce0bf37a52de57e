const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** So long without a failure, and the next one is a first one again. */
const HEALTHY_MS = 60_000;

/** How long to wait before the next attempt. One for all attempts of a client, so that none goes around it. */
export interface Backoff {
  /** Counts a failure; milliseconds to wait. */
  readonly failed: () => number;
  readonly succeeded: () => void;
}

/**
 * Full jitter: a random part of 0.5 s, 1 s, 2 s … 30 s, so that a thousand processes that lost one database do not come back
 * together. A success resets it only when it lasted: a database that flaps every second is not healthy.
 */
export function startBackoff({ elapsed, random }: { elapsed: () => number; random: () => number }): Backoff {
  let failures = 0;
  let healthySince: number | undefined;
  return {
    failed: () => {
      if (healthySince !== undefined && elapsed() - healthySince >= HEALTHY_MS) failures = 0;
      healthySince = undefined;
      const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
      failures += 1;
      return random() * ceiling;
    },
    succeeded: () => {
      healthySince ??= elapsed();
    },
  };
}
