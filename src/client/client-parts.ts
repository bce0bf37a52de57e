import type { FlagStore } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import { createEmitter } from "./events.ts";
import { createFlagState } from "./flag-state.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Settings } from "./options.ts";
import { watchOverrideSource } from "./override/override-watcher.ts";
import { createSnapshotAcceptance } from "./refresh/accept-snapshot.ts";
import { createConnection } from "./refresh/connection.ts";
import { trackConnection } from "./refresh/connection-state.ts";
import { trackFreshness } from "./refresh/freshness.ts";
import { createRefresh, type RefreshInput } from "./refresh/refresh.ts";
import { servedText } from "./served-text.ts";
import { keepSnapshotFile } from "./snapshot/snapshot-file.ts";
import { createStandby } from "./snapshot/standby.ts";

/** The clock, database and files that a client uses. */
export interface ClientInput {
  readonly clock: Clock;
  readonly openStore: () => Promise<FlagStore>;
  /** The file that keeps the last good snapshot; undefined to keep none. */
  readonly snapshotFile: string | undefined;
}

/** All parts of one client. */
export type ClientParts = ReturnType<typeof createParts>;

/** Creates all parts of a client. Reads and sends nothing yet. */
export function createParts(settings: Settings, { clock, openStore, snapshotFile: path }: ClientInput) {
  const { environment, logger } = settings;
  const emitter = createEmitter(logger);
  const state = createFlagState(settings, clock, emitter);
  const standby = createStandby(state);
  const snapshotFile = path === undefined ? undefined : keepSnapshotFile(path, clock, logger);
  const acceptance = createSnapshotAcceptance(settings, state, standby.snapshot, (snapshot) =>
    snapshotFile?.save(snapshot),
  );
  const connection = createConnection(openStore);
  const connectionState = trackConnection(settings, clock, emitter);
  const freshness = trackFreshness(settings.staleAfterMs, clock, (isLate, ageMs, isRefuted) => {
    const snapshot = state.snapshot();
    if (isLate && snapshot && !isRefuted) logger.warn(`flags are stale: still serving ${servedText(snapshot, ageMs)}`);
    state.setLate(isLate, ageMs);
  });
  const heartbeat = settings.heartbeat ? startHeartbeat(clock, connection.store, state) : undefined;
  if (heartbeat !== undefined) emitter.on("override", heartbeat.beat);
  const overrideWatchers = settings.overrideSources.map((source) =>
    watchOverrideSource(source, clock, logger, (said) => state.setOverrideText(source, said)),
  );
  /** Resolves when there is data, or when there is no longer a reason to wait for it. */
  const ready = Promise.withResolvers<void>();
  const callbacks = refreshCallbacks({ state, standby, connectionState, freshness, heartbeat, ready });
  const { pollIntervalMs } = settings;
  const refresh = createRefresh({ connection, acceptance, clock, pollIntervalMs, ...callbacks });
  return {
    environment,
    emitter,
    state,
    standby,
    snapshotFile,
    connection,
    connectionState,
    behind: acceptance.behind,
    freshness,
    heartbeat,
    overrideWatchers,
    ready,
    refresh,
  };
}

/** Returns what a client does after each check of the database. */
function refreshCallbacks({
  state,
  standby,
  connectionState,
  freshness,
  heartbeat,
  ready,
}: Pick<ClientParts, "state" | "standby" | "connectionState" | "freshness" | "heartbeat" | "ready">): Pick<
  RefreshInput,
  "onConfirmed" | "onFailed" | "onRefused"
> {
  function served(): string | undefined {
    const snapshot = state.snapshot();
    return snapshot && servedText(snapshot, freshness.ageMs());
  }
  function useStandby(): void {
    standby.use();
    if (state.snapshot() !== undefined) ready.resolve();
  }
  return {
    onConfirmed: (store) => {
      standby.discard();
      connectionState.succeeded(store.label);
      freshness.checked();
      heartbeat?.beat();
      ready.resolve();
    },
    onFailed: (error, retryInMs) => {
      connectionState.failed(error, served(), retryInMs);
      useStandby();
    },
    onRefused: (error) => {
      useStandby();
      // A lagging replica will catch up: until then it confirms nothing, and does not contradict what is served either.
      if (error === undefined) return;
      connectionState.failed(error, served(), null);
      freshness.refuted();
      // The next sync finds a restored backup by the versions that running processes report.
      if (error.code === "STORE_BEHIND") heartbeat?.repeat(error.message);
    },
  };
}
