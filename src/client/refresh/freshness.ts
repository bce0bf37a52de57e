import type { Clock } from "../clock.ts";

/**
 * Tracks whether the database has recently confirmed the served data. The data is stale until the first check. Its age
 * counts from the last successful check, not from the last change: a table that nobody changes is not stale. A timer
 * watches the age, so that evaluations do not read a clock.
 *
 * @param onTurned  called whenever the data becomes stale, or current again; `isRefuted` if the content of the database was
 *   refused
 */
export function trackFreshness(
  staleAfterMs: number,
  clock: Clock,
  onTurned: (isLate: boolean, ageMs: number, isRefuted: boolean) => void,
) {
  let checkedAt: number | undefined;
  let isLate = true;
  let isClosed = false;
  let cancel: (() => void) | undefined;

  function ageMs(): number | null {
    return checkedAt === undefined ? null : clock.elapsed() - checkedAt;
  }
  function watch(): void {
    const left = staleAfterMs - (ageMs() ?? 0);
    cancel = clock.after(Math.max(1, left), () => {
      cancel = undefined;
      const age = ageMs() ?? 0;
      if (age < staleAfterMs) return watch();
      isLate = true;
      onTurned(true, age, false);
    });
  }

  return {
    /** Returns milliseconds since the last successful check; null before the first. */
    ageMs,
    /** Records a successful check. */
    checked: () => {
      if (isClosed) return;
      checkedAt = clock.elapsed();
      // One timer, which calculates the age again when it fires, is enough: there may be many checks a second.
      if (cancel === undefined) watch();
      if (!isLate) return;
      isLate = false;
      onTurned(false, 0, false);
    },
    /** Records that the database returned content that is not served: the data is stale at once. */
    refuted: () => {
      if (isClosed || isLate) return;
      cancel?.();
      cancel = undefined;
      isLate = true;
      onTurned(true, ageMs() ?? 0, true);
    },
    close: () => {
      isClosed = true;
      cancel?.();
    },
  };
}
