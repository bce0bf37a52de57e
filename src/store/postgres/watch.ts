import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { backoffMs } from "../backoff.ts";
import type { Watch } from "../store.ts";
import { abandon, connectClient } from "./driver.ts";

/** The interval at which an idle connection is checked, because a half-open connection never reports an error. */
const CHECK_MS = 15_000;
/** The time within which a notification must arrive, or else LISTEN does not work on this path to the server. */
const PROBE_MS = 2_000;
/** The time until LISTEN is tried again where it does not work. It can be long, because programs poll meanwhile. */
const RETRY_MS = 300_000;

/**
 * Calls `onHint` for each notification, and each time a connection is established, because notifications are lost while there is no
 * connection. If LISTEN has no effect (through a pooler in transaction mode), programs rely on polling.
 *
 * @param notify  sends a notification on a channel through another connection, which proves that notifications arrive
 */
export function watchPostgres(url: string, onHint: () => void, notify: (channel: string) => Promise<unknown>): Watch {
  const stop = new AbortController();
  const state = { isPushing: false };
  void keepListening({ url, onHint, notify, state, stopped: stop.signal });
  return { stop: () => stop.abort(), isPushing: () => state.isPushing };
}

interface Listening {
  readonly url: string;
  readonly onHint: () => void;
  readonly notify: (channel: string) => Promise<unknown>;
  readonly state: { isPushing: boolean };
  readonly stopped: AbortSignal;
}

async function keepListening(listening: Listening): Promise<void> {
  const { state, stopped, onHint } = listening;
  let failures = 0;
  await pause(0, stopped);
  while (!stopped.aborted) {
    const session = await listen(listening).catch(() => undefined);
    if (session === "no effect") {
      await pause(RETRY_MS, stopped);
      continue;
    }
    if (session !== undefined) {
      state.isPushing = true;
      if (!stopped.aborted) onHint();
      if (await stayConnected(session, stopped)) failures = 0;
      state.isPushing = false;
      abandon(session.client);
    }
    await pause(backoffMs(failures++, Math.random), stopped);
  }
}

interface Session {
  readonly client: Client;
  /** Resolves when the connection is lost. */
  readonly lost: Promise<void>;
}

async function listen({ url, onHint, notify, stopped }: Listening): Promise<Session | "no effect"> {
  const client = await connectClient(url, "listen");
  const [lost, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const probe = `flaghoist_probe_${randomBytes(8).toString("hex")}`;
  client.on("error", () => lost.resolve());
  client.on("end", () => lost.resolve());
  client.on("notification", ({ channel }) => (channel === probe ? arrived.resolve() : onHint()));
  unref(client);
  try {
    await client.query(`LISTEN flaghoist; LISTEN ${probe}`);
    await notify(probe);
    const tooLate = pause(PROBE_MS, stopped).then(() => false);
    const hasArrived = await Promise.race([arrived.promise.then(() => true), lost.promise.then(() => false), tooLate]);
    // A pooler may give the session to another program, which must not get our notifications.
    await client.query(hasArrived ? `UNLISTEN ${probe}` : `UNLISTEN flaghoist; UNLISTEN ${probe}`);
    if (hasArrived) return { client, lost: lost.promise };
  } catch (error) {
    abandon(client);
    throw error;
  }
  abandon(client);
  return "no effect";
}

/** Checks the connection until it is lost or the watch is stopped. Returns whether any check succeeded. */
async function stayConnected({ client, lost }: Session, stopped: AbortSignal): Promise<boolean> {
  let hasSucceeded = false;
  for (;;) {
    const isLost = await Promise.race([lost.then(() => true), pause(CHECK_MS, stopped).then(() => false)]);
    if (isLost || stopped.aborted) return hasSucceeded;
    try {
      await client.query("SELECT 1");
      hasSucceeded = true;
    } catch {
      return hasSucceeded;
    }
  }
}

/** Waits without keeping the process alive. Returns early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, signal }).catch(() => {});
}

/** Lets the process exit while the connection is open. The driver has this method, but its types do not. */
function unref(client: Client): void {
  if ("unref" in client && typeof client.unref === "function") client.unref();
}
