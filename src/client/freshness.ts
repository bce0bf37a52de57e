import type { Surroundings } from "./surroundings.ts";

/** Whether the database has confirmed lately what is served. Late from the start until the first check. */
export interface Freshness {
  readonly isLate: () => boolean;
  /** Milliseconds since the last successful check; null before the first. */
  readonly ageMs: () => number | null;
  readonly checked: () => void;
  readonly close: () => void;
}

/**
 * Age counts from the last successful check, not from the last change: a table that nobody changes is not old. A timer
 * watches it, so that an evaluation need not look at a clock.
 *
 * @param turned  told whenever late and in time change places
 */
export function trackFreshness(
  staleAfterMs: number,
  surroundings: Surroundings,
  turned: (isLate: boolean) => void,
): Freshness {
  let checkedAt: number | undefined;
  let isLate = true;
  let isClosed = false;
  let cancel: (() => void) | undefined;

  function ageMs(): number | null {
    return checkedAt === undefined ? null : surroundings.elapsed() - checkedAt;
  }
  function watch(): void {
    const left = staleAfterMs - (ageMs() ?? 0);
    cancel = surroundings.after(Math.max(1, left), () => {
      cancel = undefined;
      if ((ageMs() ?? 0) < staleAfterMs) return watch();
      isLate = true;
      turned(true);
    });
  }

  return {
    isLate: () => isLate,
    ageMs,
    checked: () => {
      if (isClosed) return;
      checkedAt = surroundings.elapsed();
      // One timer that looks again when it fires: checks may come many times a second.
      if (cancel === undefined) watch();
      if (!isLate) return;
      isLate = false;
      turned(false);
    },
    close: () => {
      isClosed = true;
      cancel?.();
    },
  };
}
