import type { ClientParts } from "./client-parts.ts";
import type { ClientStatus } from "./status.ts";

/** Returns the status of a client. */
export function statusOf(parts: ClientParts): ClientStatus {
  const { state, connection, connectionState } = parts;
  const snapshot = state.snapshot();
  const view = state.view();
  const hasDefinitions = Object.keys(state.definitions() ?? {}).length > 0;
  return {
    environment: parts.environment,
    ready: snapshot !== undefined,
    source: snapshot?.source ?? (hasDefinitions ? "definitions" : "none"),
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
    behind: parts.behind(),
    lastError: connectionState.lastError(),
    setAside: snapshot?.setAside ?? [],
    overrides: state.overrides(),
    problems: view.set.overrides.problems,
    heartbeat: parts.heartbeat?.status() ?? null,
    snapshotFile: parts.snapshotFile?.status() ?? null,
  };
}
