import { FlagError } from "../../core/errors.ts";
import type { FlagStore } from "../../store/store.ts";
import { type Clock, clampedDelay } from "../clock.ts";
import type { SnapshotAcceptance, Verdict } from "./accept-snapshot.ts";
import { createBackoff } from "./backoff.ts";
import type { DatabaseConnection } from "./connection.ts";
import { createPace } from "./pace.ts";

/** The maximum duration of an attempt. A longer one is abandoned, and its connection is closed. */
const ATTEMPT_MS = 8000;
/** After this many polls, the whole table is read even if the revision is the same, because a trigger may be missing. */
const POLLS_PER_READ = 6;

/** The dependencies and callbacks of a refresh loop. */
export interface RefreshInput {
  readonly connection: DatabaseConnection;
  readonly acceptance: Pick<SnapshotAcceptance, "compare" | "accept">;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  /** Called when the database confirmed the served data, or returned newer data that was accepted. */
  readonly onConfirmed: (store: FlagStore) => void;
  /** Called when an attempt failed. The next attempt starts in `retryInMs`. */
  readonly onFailed: (error: unknown, retryInMs: number) => void;
  /** Called when the database returned content that is not served; undefined for that of a lagging replica. */
  readonly onRefused: (error: FlagError | undefined) => void;
}

/**
 * Creates a loop that asks the database for changes, by polling and whenever the database notifies. It makes one attempt at
 * a time; notifications during an attempt cause exactly one more, which waits if there were many reads. After a failure the connection is closed, and nothing
 * connects until the backoff has passed.
 */
export function createRefresh(input: RefreshInput) {
  const { connection, clock, pollIntervalMs, onConfirmed, onFailed, onRefused } = input;
  const backoff = createBackoff(clock);
  const wake = createWake();
  const pace = createPace(clock);
  let pollsSinceRead = 0;
  const timer = createTimer(clock, () => {
    pollsSinceRead += 1;
    wake.set();
  });
  let attempt = new AbortController();
  const closing = new AbortController();

  function apply(checked: Checked): void {
    if (checked.hasRead) pollsSinceRead = 0;
    if (checked.kind === "refused") onRefused(checked.error);
    if (checked.kind === "lagging") onRefused(undefined);
    if (checked.kind === "accepted") onConfirmed(checked.store);
  }

  async function refresh(): Promise<void> {
    attempt = new AbortController();
    const options = { signal: attempt.signal, mustRead: pollsSinceRead >= POLLS_PER_READ, onHint: wake.set };
    const startedAt = clock.elapsed();
    try {
      const checked = await withDeadline(clock, checkDatabase(input, options));
      if (closing.signal.aborted) return;
      apply(checked);
      if (checked.hasRead) pace.read(clock.elapsed() - startedAt);
      backoff.succeeded();
      timer.startUnlessPending(clampedDelay(pollIntervalMs * (0.8 + 0.4 * clock.random())));
    } catch (error) {
      attempt.abort();
      // A notification from the broken connection is ignored, because the next connection reads everything anyway.
      wake.clear();
      void connection.close();
      if (closing.signal.aborted) return;
      const retryInMs = clampedDelay(backoff.failed());
      timer.restart(retryInMs);
      onFailed(error, retryInMs);
    }
  }

  return {
    start: () => void keepRefreshing(refresh, wake, pace, closing.signal),
    /** Ends the loop. Does not wait for an attempt in progress, which may take seconds and closes what it opens. */
    close: async (): Promise<void> => {
      closing.abort();
      attempt.abort();
      timer.cancel();
      wake.set();
      await connection.close();
    },
  };
}

/** Refreshes now, and then each time it is woken, at the given pace. */
async function keepRefreshing(
  refresh: () => Promise<void>,
  wake: ReturnType<typeof createWake>,
  pace: ReturnType<typeof createPace>,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    // An error while a failure is reported must end neither the program nor the loop.
    await refresh().catch(() => {});
    await wake.next();
    await pace.next(closing);
    // The next attempt covers the notifications that came during the pause, too.
    wake.clear();
  }
}

/** The result of one check of the database. `unchanged`: the attempt was aborted. */
type Checked = { readonly store: FlagStore; readonly hasRead: boolean } & (Verdict | { readonly kind: "unchanged" });

async function checkDatabase(
  { connection, acceptance }: Pick<RefreshInput, "connection" | "acceptance">,
  { signal, mustRead, onHint }: { signal: AbortSignal; mustRead: boolean; onHint: () => void },
): Promise<Checked> {
  const store = await connection.open(signal, onHint);
  const head = await store.readHead();
  if (signal.aborted) return { kind: "unchanged", store, hasRead: false };
  const compared = acceptance.compare(head);
  if (compared === "same" && !mustRead) return { kind: "accepted", store, hasRead: false };
  if (typeof compared !== "string" && !mustRead) return { ...compared, store, hasRead: false };
  const snapshot = await store.read("evaluation");
  if (signal.aborted) return { kind: "unchanged", store, hasRead: true };
  return { ...acceptance.accept(snapshot), store, hasRead: true };
}

/** Returns the result of the work. @throws FlagError STORE_UNREACHABLE when it takes too long */
async function withDeadline<Result>(clock: Clock, work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ATTEMPT_MS, () => {
    late.reject(new FlagError("STORE_UNREACHABLE", `the flag database did not answer within ${ATTEMPT_MS / 1000} s`));
  });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}

/** Creates a switch that wakes one loop. Setting it several times while the loop is busy wakes the loop once more. */
function createWake() {
  let isSet = false;
  let waiting: (() => void) | undefined;
  return {
    set: () => {
      if (waiting === undefined) isSet = true;
      waiting?.();
      waiting = undefined;
    },
    clear: () => {
      isSet = false;
    },
    next: async () => {
      if (!isSet) {
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      } else isSet = false;
    },
  };
}

function createTimer(clock: Clock, fired: () => void) {
  let cancelPending: (() => void) | undefined;
  function startUnlessPending(delayMs: number): void {
    cancelPending ??= clock.after(delayMs, () => {
      cancelPending = undefined;
      fired();
    });
  }
  function cancel(): void {
    cancelPending?.();
    cancelPending = undefined;
  }
  return {
    startUnlessPending,
    restart: (delayMs: number) => {
      cancel();
      startUnlessPending(delayMs);
    },
    cancel,
  };
}
