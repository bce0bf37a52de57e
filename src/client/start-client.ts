import type { FlagDefinitions } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { FlagStore } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import { createEmitter, type Emitter } from "./events.ts";
import { createFlagState, type FlagState } from "./flag-state.ts";
import type { FlagsClient } from "./flags-client.ts";
import { type Pulse, startHeartbeat } from "./heartbeat.ts";
import type { Settings } from "./options.ts";
import type { OverrideSource } from "./override/override-file.ts";
import { watchOverrideSources } from "./override/override-sources.ts";
import { createSnapshotAcceptance, type SnapshotAcceptance } from "./refresh/accept-snapshot.ts";
import { createConnection } from "./refresh/connection.ts";
import { trackConnection } from "./refresh/connection-state.ts";
import { trackFreshness } from "./refresh/freshness.ts";
import { createRefresh, type Refresh } from "./refresh/refresh.ts";
import { servedText, startText } from "./served-text.ts";
import { keepSnapshotFile } from "./snapshot/snapshot-file.ts";
import { createStandby, findStandby, type Standby } from "./snapshot/standby.ts";
import { type StatusParts, statusOf } from "./status-of.ts";
import { type SeenFlag, seenFlag, type ToggleRow, toggleRows } from "./toggle-row.ts";
import { pinned, readerOf } from "./view.ts";

/** How long the start waits for files before it asks the database without them: a hanging mount must not block it. */
const FILES_MS = 500;

export interface ClientInput {
  readonly clock: Clock;
  readonly openStore: () => Promise<FlagStore>;
  /** Where the last good snapshot is kept; undefined: nowhere. */
  readonly snapshotFile: string | undefined;
}

/** A client, with what only the entry points of this package need of it. */
export interface StartedClient {
  readonly client: FlagsClient;
  /** Resolves when there is data, or when the initial timeout has passed. */
  readonly started: Promise<void>;
  /** Adds generated definitions. */
  readonly define: (definitions: FlagDefinitions) => void;
  readonly toggleRows: () => readonly ToggleRow[];
  readonly seen: (key: FlagKey) => SeenFlag;
}

/**
 * Starts a client. Data flows one way: database → acceptance → flag state → listeners. While the database is unreachable,
 * the flag state is filled from a standby snapshot instead.
 */
export function startClient(settings: Settings, input: ClientInput): StartedClient {
  const parts = createParts(settings, input);
  const { state, emitter } = parts;
  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  return {
    started: start(parts, settings, input, closing.signal),
    define: state.define,
    toggleRows: () => toggleRows(state.snapshot()),
    seen: (key) => seenFlag(settings.environment, state.snapshot(), key),
    client: {
      ...readerOf(state.view),
      pin: () => pinned(state.view()),
      on: emitter.on,
      status: () => statusOf(parts),
      close: () => {
        closing.abort();
        closed ??= close(parts);
        return closed;
      },
    },
  };
}

interface ClientParts extends StatusParts {
  readonly emitter: Emitter;
  readonly acceptance: SnapshotAcceptance;
  readonly standby: Standby;
  readonly overrideSources: readonly OverrideSource[];
  readonly refresh: Refresh;
  /** Resolves when there is data, or when there is no more reason to wait for it. */
  readonly ready: PromiseWithResolvers<void>;
}

/** Creates all parts, each from those before it. Nothing is read or sent yet. */
function createParts(settings: Settings, { clock, openStore, snapshotFile: path }: ClientInput): ClientParts {
  const { environment, logger } = settings;
  const emitter = createEmitter(logger);
  const state = createFlagState(settings, clock, emitter);
  const standby = createStandby(state);
  const snapshotFile = path === undefined ? undefined : keepSnapshotFile(path, clock, logger);
  const acceptance = createSnapshotAcceptance(settings, state, (snapshot) => snapshotFile?.save(snapshot));
  const connection = createConnection(openStore);
  const connectionState = trackConnection(settings, clock, emitter);
  const freshness = trackFreshness(settings.staleAfterMs, clock, (isLate, ageMs) => {
    const snapshot = state.snapshot();
    if (isLate && snapshot) logger.warn(`flags are stale: still serving ${servedText(snapshot, ageMs)}`);
    state.setLate(isLate, ageMs);
  });
  const heartbeat = settings.heartbeat ? startHeartbeat(clock, connection.store, () => pulseOf(state)) : undefined;
  if (heartbeat !== undefined) emitter.on("override", heartbeat.beat);
  const overrideSources = watchOverrideSources(settings, clock, state.setOverrides);
  const ready = Promise.withResolvers<void>();
  const refresh = createRefresh({
    connection,
    acceptance,
    clock,
    pollIntervalMs: settings.pollIntervalMs,
    onConfirmed: (store) => {
      standby.discard();
      connectionState.succeeded(store.label);
      freshness.checked();
      heartbeat?.beat();
      ready.resolve();
    },
    onFailed: (error, retryInMs) => {
      const snapshot = state.snapshot();
      const served = snapshot && servedText(snapshot, freshness.ageMs());
      connectionState.failed(error, { served, retryInMs });
      standby.use();
      if (state.snapshot() !== undefined) ready.resolve();
    },
  });
  const status: StatusParts = { environment, state, freshness, connection, connectionState, heartbeat, snapshotFile };
  return { ...status, emitter, acceptance, standby, overrideSources, refresh, ready };
}

function pulseOf(state: FlagState): Pulse | undefined {
  const head = state.snapshot()?.head;
  return head && { epoch: head.epoch, revision: head.revision, overrides: state.overrides() };
}

/** Starts in this order: override files and standby snapshot, database, then the report of what was loaded. */
async function start(
  parts: ClientParts,
  settings: Settings,
  { clock, snapshotFile }: ClientInput,
  closing: AbortSignal,
): Promise<void> {
  const { state, standby, acceptance, refresh, ready } = parts;
  // The timer keeps the process alive: nothing else may, in a program that waits for its first flags.
  const cancelTimeout = clock.after(settings.initialTimeoutMs, ready.resolve, true);
  const overridesRead = Promise.all(parts.overrideSources.map((source) => source.check()));
  const standbyFound = findStandby(settings, snapshotFile).then((found) => {
    if (state.snapshot()?.source === "database") return;
    if (found !== undefined) acceptance.remember(found);
    standby.offer(found);
  });
  await withinTime(clock, FILES_MS, Promise.all([overridesRead, standbyFound]));
  if (!closing.aborted) refresh.start();
  await ready.promise;
  cancelTimeout();
  if (closing.aborted) return;
  standby.use();
  report(parts, settings, snapshotFile);
  void overridesRead.then(() => {
    if (!closing.aborted) logAbsentSources(parts, settings);
  });
}

function report({ state, connectionState }: ClientParts, settings: Settings, snapshotFile: string | undefined): void {
  const snapshot = state.snapshot();
  const origin = { database: connectionState.database(), snapshotFile };
  const text = startText(settings.environment, snapshot, state.definitions(), origin);
  settings.logger[snapshot?.source === "database" ? "info" : "warn"](text);
  state.announce();
}

/** Logs missing override files, so that a kill is not appended to a file that this process does not read. */
function logAbsentSources({ overrideSources }: ClientParts, { logger }: Settings): void {
  for (const source of overrideSources) {
    const absence = source.absence();
    if (absence !== undefined) logger.info(absence);
  }
}

async function close(parts: ClientParts): Promise<void> {
  parts.ready.resolve();
  for (const source of parts.overrideSources) source.close();
  parts.freshness.close();
  parts.heartbeat?.close();
  await Promise.all([parts.refresh.close(), parts.snapshotFile?.close()]);
  parts.emitter.clear();
}

/** Resolves with the work, or when its time is up; the work then continues. */
async function withinTime(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const cancel = clock.after(ms, timeout.resolve, true);
  await Promise.race([work, timeout.promise]);
  cancel();
}
