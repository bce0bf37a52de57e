const FIRST_MS = 500;
const MAX_MS = 30_000;

/**
 * Returns how long to wait after a failure: a random part of 0.5 s, 1 s, 2 s … 30 s ("full jitter"). Processes that lost
 * the same database at the same moment therefore do not all reconnect at the same moment.
 *
 * @param failures  how many failures came before this one
 * @param random    returns a number, 0 ≤ random < 1
 */
export function backoffMs(failures: number, random: () => number): number {
  return random() * Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 16));
}
