import { performance } from "node:perf_hooks";

/** A source of time, timers and randomness. Tests pass in their own, so that they do not wait for real time. */
export interface Clock {
  /** Returns milliseconds since a fixed moment. Never jumps, even if the wall clock is changed. */
  readonly elapsed: () => number;
  readonly today: () => Date;
  /** Returns a number, 0 ≤ random < 1. */
  readonly random: () => number;
  /**
   * Calls back once, unless the returned function cancels it first.
   *
   * @param keepsAlive  true: the process does not exit while the timer is pending
   */
  readonly after: (delayMs: number, callback: () => void, keepsAlive?: boolean) => () => void;
}

const MIN_DELAY_MS = 250;
const MAX_DELAY_MS = 24 * 3600 * 1000;

/**
 * Returns a delay between 250 ms and 24 h. Node fires a timer of more than 2^31 - 1 ms, or of NaN, after 1 ms: a long poll
 * interval would hit the database without a pause.
 */
export function clampedDelay(delayMs: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, delayMs));
}

/** The clock, timers and randomness of the process. */
export const SYSTEM_CLOCK: Clock = {
  elapsed: () => performance.now(),
  today: () => new Date(),
  random: () => Math.random(),
  after: (delayMs, callback, keepsAlive = false) => {
    const timer = setTimeout(callback, Math.min(MAX_DELAY_MS, delayMs));
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
