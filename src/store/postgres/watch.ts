import type { Client } from "pg";
import { backoffMs } from "../backoff.ts";
import { abandon, connectClient } from "./driver.ts";

/** A half-open connection says nothing for ever: this finds it. */
const HEARTBEAT_MS = 15_000;

/**
 * Calls back for each notification, and after each (re)connect: what was sent while nobody listened is lost. Where LISTEN
 * does not work (a pooler by transaction), it goes on trying at the longest interval, and polling has to do.
 */
export function watchPostgres(url: string, onHint: () => void): () => void {
  let stopped = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  function after(ms: number, work: () => Promise<void>): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void work(), ms);
    timer.unref();
  }

  function lost(broken: Client | undefined): void {
    if (broken !== undefined && broken !== client) return;
    if (client) abandon(client);
    client = undefined;
    after(backoffMs(failures++, Math.random), connect);
  }

  async function connect(): Promise<void> {
    try {
      const fresh = await connectClient(url, "listen");
      if (stopped) {
        abandon(fresh);
        return;
      }
      client = fresh;
      fresh.on("error", () => lost(fresh));
      fresh.on("end", () => lost(fresh));
      fresh.on("notification", () => onHint());
      unref(fresh);
      await fresh.query("LISTEN flaghoist");
    } catch {
      lost(undefined);
      return;
    }
    if (stopped) return;
    after(HEARTBEAT_MS, heartbeat);
    onHint();
  }

  async function heartbeat(): Promise<void> {
    const asked = client;
    if (!asked) return;
    try {
      const { rowCount } = await asked.query(
        "SELECT 1 FROM pg_listening_channels() channel WHERE channel = 'flaghoist'",
      );
      if (rowCount === 0) failures = Infinity;
      else failures = 0;
    } catch {
      lost(asked);
      return;
    }
    if (failures === Infinity) lost(asked);
    else after(HEARTBEAT_MS, heartbeat);
  }

  after(0, connect);
  return () => {
    stopped = true;
    clearTimeout(timer);
    if (client) abandon(client);
    client = undefined;
  };
}

/** A watcher is no reason for a process to stay. The driver has this method, its types forget it. */
function unref(client: Client): void {
  if ("unref" in client && typeof client.unref === "function") client.unref();
}
