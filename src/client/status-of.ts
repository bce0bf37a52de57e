import type { FlagState } from "./flag-state.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { DatabaseConnection } from "./refresh/connection.ts";
import type { ConnectionState } from "./refresh/connection-state.ts";
import type { Freshness } from "./refresh/freshness.ts";
import type { SnapshotFile } from "./snapshot/snapshot-file.ts";
import type { ClientSource, ClientStatus } from "./status.ts";

/** The parts of a client that its status is read from. */
export interface StatusParts {
  readonly environment: string;
  readonly state: FlagState;
  readonly freshness: Freshness;
  readonly connection: DatabaseConnection;
  readonly connectionState: ConnectionState;
  readonly heartbeat: Heartbeat | undefined;
  readonly snapshotFile: SnapshotFile | undefined;
}

export function statusOf(parts: StatusParts): ClientStatus {
  const { state, connection, connectionState } = parts;
  const snapshot = state.snapshot();
  const view = state.view();
  return {
    environment: parts.environment,
    ready: snapshot !== undefined,
    source: sourceOf(state),
    storeId: snapshot?.head.storeId ?? null,
    epoch: snapshot?.head.epoch ?? null,
    revision: snapshot?.head.revision ?? null,
    commit: snapshot?.head.commit ?? null,
    flags: snapshot?.live.size ?? 0,
    savedAt: snapshot?.savedAt ?? null,
    ageMs: parts.freshness.ageMs(),
    stale: view.isStale,
    database: connectionState.database(),
    connected: connectionState.isConnected(),
    transport: connection.store() === undefined ? "none" : connection.hasPush() ? "push and poll" : "poll",
    lastError: connectionState.lastError(),
    setAside: snapshot?.setAside ?? [],
    overrides: state.overrides(),
    problems: view.set.overrides.problems,
    heartbeat: parts.heartbeat?.status() ?? null,
    snapshotFile: parts.snapshotFile?.status() ?? null,
  };
}

function sourceOf(state: FlagState): ClientSource {
  const snapshot = state.snapshot();
  if (snapshot !== undefined) return snapshot.source;
  return Object.keys(state.definitions() ?? {}).length > 0 ? "definitions" : "none";
}
