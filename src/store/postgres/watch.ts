import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { backoffMs } from "../backoff.ts";
import { abandon, connectClient } from "./driver.ts";

/** The interval at which an idle connection is checked, because a half-open connection never reports an error. */
const CHECK_MS = 15_000;

/**
 * Calls back for each notification, and each time a connection is established, because notifications are lost while there is no connection.
 * If LISTEN does not work (through a pooler in transaction mode), the watch keeps trying at the longest interval, and programs
 * rely on polling.
 *
 * @returns a function that stops the watch
 */
export function watchPostgres(url: string, onHint: () => void): () => void {
  const stop = new AbortController();
  void keepListening(url, onHint, stop.signal);
  return () => stop.abort();
}

async function keepListening(url: string, onHint: () => void, stopped: AbortSignal): Promise<void> {
  let failures = 0;
  await pause(0, stopped);
  while (!stopped.aborted) {
    const session = await listen(url, onHint).catch(() => undefined);
    if (session !== undefined) {
      if (!stopped.aborted) onHint();
      failures = await stayConnected(session, failures, stopped);
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

async function listen(url: string, onHint: () => void): Promise<Session> {
  const client = await connectClient(url, "listen");
  const lost = Promise.withResolvers<void>();
  client.on("error", () => lost.resolve());
  client.on("end", () => lost.resolve());
  client.on("notification", () => onHint());
  unref(client);
  try {
    await client.query("LISTEN flaghoist");
  } catch (error) {
    abandon(client);
    throw error;
  }
  return { client, lost: lost.promise };
}

/**
 * Checks the connection until it is lost or the watch is stopped.
 *
 * @returns the number of failures that the next backoff counts: 0 after a successful check, Infinity if LISTEN has no effect
 */
async function stayConnected({ client, lost }: Session, failures: number, stopped: AbortSignal): Promise<number> {
  let count = failures;
  for (;;) {
    const isLost = await Promise.race([lost.then(() => true), pause(CHECK_MS, stopped).then(() => false)]);
    if (isLost || stopped.aborted) return count;
    try {
      const check = "SELECT 1 FROM pg_listening_channels() channel WHERE channel = 'flaghoist'";
      if ((await client.query(check)).rowCount === 0) return Infinity;
      count = 0;
    } catch {
      return count;
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
