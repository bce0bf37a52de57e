import { performance } from "node:perf_hooks";

/** A source of time, timers and randomness. Tests pass in their own, so that they do not wait for real time. */
export interface Clock {
  /** Returns milliseconds since a fixed moment. Never jumps, even if the wall clock is changed. */
  readonly elapsed: () => number;
  /** Returns the current date and time. */
  readonly today: () => Date;
  /** Returns a number, 0 ≤ random < 1. */
  readonly random: () => number;
  /**
   * Calls the callback once after the delay, unless the returned function is called first.
   *
   * @param keepsAlive  whether the pending timer keeps the process from exiting
   */
  readonly after: (delayMs: number, callback: () => void, keepsAlive?: boolean) => () => void;
}

const MIN_DELAY_MS = 250;
const MAX_DELAY_MS = 24 * 3600 * 1000;

/**
 * Limits a delay to the range from 250 ms to 24 h. Node fires a timer of more than 2^31 - 1 ms, or of NaN, after 1 ms, so a long
 * poll interval would query the database without a pause.
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
