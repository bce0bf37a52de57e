import { performance } from "node:perf_hooks";

/** Time and chance, handed in so that tests wait for neither. */
export interface Surroundings {
  /** Milliseconds since some fixed moment; never jumps, whatever is done to the wall clock. */
  readonly elapsed: () => number;
  readonly today: () => Date;
  /** 0 ≤ random < 1. */
  readonly random: () => number;
  /** Calls back once, unless cancelled by the returned function. Keeps a process alive only where that is asked for. */
  readonly after: (delayMs: number, callback: () => void, keepsAlive?: boolean) => () => void;
}

export const SHORTEST_DELAY_MS = 250;
export const LONGEST_DELAY_MS = 24 * 3600 * 1000;

/**
 * A delay that a timer can be trusted with. Node fires a timer of more than 2^31 - 1 ms, or of NaN, after 1 ms: a long poll
 * interval would become a storm.
 */
export function clampedDelay(delayMs: number): number {
  return Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, delayMs));
}

/** The machine's own clock, chance and timers. */
export const REAL_SURROUNDINGS: Surroundings = {
  elapsed: () => performance.now(),
  today: () => new Date(),
  random: () => Math.random(),
  after: (delayMs, callback, keepsAlive = false) => {
    const timer = setTimeout(callback, Math.min(LONGEST_DELAY_MS, delayMs));
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
