import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { JsonObject } from "../core/json.ts";
import type { FlagStore } from "../store/store.ts";
import type { ShownOverride } from "./status.ts";
import type { Surroundings } from "./surroundings.ts";

const EVERY_MS = 60_000;

/** What the table of instances is told. */
export interface Pulse {
  readonly epoch: number;
  readonly revision: number;
  readonly overrides: readonly ShownOverride[];
}

export interface Heartbeat {
  /** Something of what is told may have changed, or the database is there again. Sends nothing twice within a minute. */
  readonly beat: () => void;
  readonly status: () => { readonly lastAt: string | null; readonly lastError: string | null };
  readonly close: () => void;
}

/** Tells the database what this process serves: at once when it changes, else every 60 s. A failure troubles nobody. */
export function startHeartbeat(
  surroundings: Surroundings,
  store: () => FlagStore | undefined,
  pulse: () => Pulse | undefined,
): Heartbeat {
  const id = randomUUID();
  const startedAt = surroundings.today().toISOString();
  let sent: string | undefined;
  let sentAt = 0;
  let lastAt: string | null = null;
  let lastError: string | null = null;
  let isSending = false;
  let isClosed = false;
  let cancel = (): void => {};

  async function send(to: FlagStore, { epoch, revision, overrides }: Pulse): Promise<void> {
    const told: JsonObject = Object.fromEntries(
      overrides.map(({ flagKey, variant, via, origin, since }) => [flagKey, { variant, via, origin, since }]),
    );
    try {
      await to.heartbeat({ id, host: hostname(), pid: process.pid, epoch, revision, overrides: told, startedAt });
      lastAt = surroundings.today().toISOString();
      lastError = null;
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
    }
  }

  function beat(): void {
    const [to, what] = [store(), pulse()];
    if (isClosed || isSending || to === undefined || what === undefined) return;
    const text = JSON.stringify(what);
    if (text === sent && surroundings.elapsed() - sentAt < EVERY_MS) return;
    sent = text;
    sentAt = surroundings.elapsed();
    isSending = true;
    cancel();
    void send(to, what).finally(() => {
      isSending = false;
      if (isClosed) return;
      cancel = surroundings.after(EVERY_MS, beat);
      // What changed while this one was on its way.
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
