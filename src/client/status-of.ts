import type { Heartbeat } from "./heartbeat.ts";
import type { HeldFlags } from "./flag-state.ts";
import type { LastGood } from "./last-good.ts";
import type { Refresh } from "./refresh.ts";
import type { ClientSource, ClientStatus } from "./status.ts";
import type { Trouble } from "./connection-errors.ts";

/** The parts of a client that know something worth telling. */
export interface StatusParts {
  readonly environment: string;
  readonly held: HeldFlags;
  readonly ageMs: number | null;
  readonly database: string | null;
  readonly trouble: Trouble;
  readonly refresh: Refresh | undefined;
  readonly heartbeat: Heartbeat | undefined;
  readonly lastGood: LastGood | undefined;
}

export function statusOf(parts: StatusParts): ClientStatus {
  const { held, trouble, refresh } = parts;
  const snapshot = held.snapshot();
  return {
    environment: parts.environment,
    ready: snapshot !== undefined,
    source: sourceOf(held),
    storeId: snapshot?.head.storeId ?? null,
    epoch: snapshot?.head.epoch ?? null,
    revision: snapshot?.head.revision ?? null,
    commit: snapshot?.head.commit ?? null,
    flags: snapshot?.live.size ?? 0,
    savedAt: snapshot?.savedAt ?? null,
    ageMs: parts.ageMs,
    stale: held.view().isStale,
    database: parts.database,
    connected: trouble.isConnected(),
    transport: refresh?.store() === undefined ? "none" : refresh.hasPush() ? "push and poll" : "poll",
    lastError: trouble.lastError(),
    setAside: snapshot?.setAside ?? [],
    overrides: held.overrides(),
    problems: held.problems(),
    heartbeat: parts.heartbeat?.status() ?? null,
    snapshotFile: parts.lastGood?.status() ?? null,
  };
}

function sourceOf(held: HeldFlags): ClientSource {
  const snapshot = held.snapshot();
  if (snapshot !== undefined) return snapshot.source;
  return Object.keys(held.definitions() ?? {}).length > 0 ? "definitions" : "none";
}
