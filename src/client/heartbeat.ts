import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { FlagStore } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { ShownOverride } from "./status.ts";

const INTERVAL_MS = 60_000;

/** What a process reports to the table of instances. */
export interface Pulse {
  readonly epoch: number;
  readonly revision: number;
  readonly overrides: readonly ShownOverride[];
}

export interface Heartbeat {
  /** Sends the pulse if it has changed or a minute has passed. To be called when it may have changed. */
  readonly beat: () => void;
  readonly status: () => { readonly lastAt: string | null; readonly lastError: string | null };
  readonly close: () => void;
}

/**
 * Reports to the database what this process serves: at once when it changes, else every 60 s. A failure only shows in the
 * status.
 *
 * @param store  returns undefined while there is no connection
 * @param pulse  returns undefined while there is no data
 */
export function startHeartbeat(
  clock: Clock,
  store: () => FlagStore | undefined,
  pulse: () => Pulse | undefined,
): Heartbeat {
  const id = randomUUID();
  const startedAt = clock.today().toISOString();
  let sent: string | undefined;
  let sentAt = 0;
  let lastAt: string | null = null;
  let lastError: string | null = null;
  let isSending = false;
  let isClosed = false;
  let cancel = (): void => {};

  async function send(target: FlagStore, { epoch, revision, overrides }: Pulse): Promise<void> {
    const byKey = Object.fromEntries(
      overrides.map(({ flagKey, variant, via, origin, since }) => [flagKey, { variant, via, origin, since }]),
    );
    try {
      await target.heartbeat({ id, host: hostname(), pid: process.pid, epoch, revision, overrides: byKey, startedAt });
      lastAt = clock.today().toISOString();
      lastError = null;
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
    }
  }

  function beat(): void {
    const [target, current] = [store(), pulse()];
    if (isClosed || isSending || target === undefined || current === undefined) return;
    const text = JSON.stringify(current);
    if (text === sent && clock.elapsed() - sentAt < INTERVAL_MS) return;
    sent = text;
    sentAt = clock.elapsed();
    isSending = true;
    cancel();
    void send(target, current).finally(() => {
      isSending = false;
      if (isClosed) return;
      cancel = clock.after(INTERVAL_MS, beat);
      // The pulse may have changed during the sending.
      if (JSON.stringify(pulse()) !== sent) beat();
    });
  }

  return {
    beat,
    status: () => ({ lastAt, lastError }),
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}
