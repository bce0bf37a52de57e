import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { FlagStore, Instance } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { FlagState } from "./flag-state.ts";

const INTERVAL_MS = 60_000;

/**
 * Starts reporting to the database what this process serves: immediately after a change, otherwise every 60 s. A failure is
 * visible only in the status.
 *
 * @param store  returns undefined while there is no connection
 * @param state  nothing is sent while it has no data
 */
export function startHeartbeat(
  clock: Clock,
  store: () => FlagStore | undefined,
  state: Pick<FlagState, "snapshot" | "overrides">,
) {
  const id = randomUUID();
  const startedAt = clock.today().toISOString();
  let sent: string | undefined;
  let sentAt = 0;
  let lastAt: string | null = null;
  let lastError: string | null = null;
  let repeatedFor: string | undefined;
  let isSending = false;
  let isClosed = false;
  let cancel = (): void => {};

  async function send(target: FlagStore, pulse: Pulse): Promise<void> {
    try {
      await target.heartbeat({ id, host: hostname(), pid: process.pid, ...pulse, startedAt });
      lastAt = clock.today().toISOString();
      lastError = null;
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
    }
  }

  function beat(): void {
    const [target, current] = [store(), pulseOf(state)];
    if (isClosed || isSending || target === undefined || current === undefined) return;
    const text = reportText(state, target);
    if (text === sent && clock.elapsed() - sentAt < INTERVAL_MS) return;
    sent = text;
    sentAt = clock.elapsed();
    isSending = true;
    cancel();
    void send(target, current).finally(() => {
      isSending = false;
      if (isClosed) return;
      cancel = clock.after(INTERVAL_MS, beat);
      // What the process serves may have changed while the previous report was sent.
      if (reportText(state, target) !== sent) beat();
    });
  }

  return {
    /** Sends what the process serves if it has changed or a minute has passed. Call this whenever it may have changed. */
    beat,
    /** Sends it again until it is written, once for each version of the database: a restored backup does not contain it. */
    repeat: (version: string) => {
      if (version !== repeatedFor || (lastError !== null && !isSending)) sent = undefined;
      repeatedFor = version;
      beat();
    },
    status: () => ({ lastAt, lastError }),
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}

/** Returns everything that a heartbeat reports. The store adds to it whether changes are pushed. */
function reportText(state: Pick<FlagState, "snapshot" | "overrides">, target: FlagStore): string {
  return JSON.stringify([pulseOf(state), target.isPushing()]);
}

type Pulse = Pick<Instance, "epoch" | "revision" | "overrides">;

/** Returns what the process serves; undefined while there is no data. */
function pulseOf(state: Pick<FlagState, "snapshot" | "overrides">): Pulse | undefined {
  const head = state.snapshot()?.head;
  if (head === undefined) return undefined;
  const overrides = state
    .overrides()
    .map(({ flagKey, variant, via, origin, since }) => [flagKey, { variant, via, origin, since }]);
  return { epoch: head.epoch, revision: head.revision, overrides: Object.fromEntries(overrides) };
}
