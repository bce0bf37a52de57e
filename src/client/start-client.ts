import type { FlagDefinitions } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { type ClientInput, type ClientParts, createParts } from "./client-parts.ts";
import type { Clock } from "./clock.ts";
import type { FlagsClient } from "./flags-client.ts";
import type { Settings } from "./options.ts";
import { startText } from "./served-text.ts";
import { findStandby } from "./snapshot/standby.ts";
import { statusOf } from "./status-of.ts";
import { type SeenFlag, seenFlag, type ToggleRow, toggleRows } from "./toggle-row.ts";
import { pinned, readerOf } from "./view.ts";

/** How long the start waits for files before it asks the database without them: a hanging mount must not block it. */
const FILES_MS = 500;

/** How long closing waits. Programs that shut down have little time, and nothing is lost. */
const CLOSE_MS = 1500;

/** A client with the internals that this package's entry points use. */
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
        closed ??= close(parts, input.clock);
        return closed;
      },
    },
  };
}

/** Starts in this order: override files and standby snapshot, database, then the report of what was loaded. */
async function start(
  parts: ClientParts,
  settings: Settings,
  { clock, snapshotFile }: ClientInput,
  closing: AbortSignal,
): Promise<void> {
  const { standby, overrideWatchers, refresh, ready } = parts;
  // The timer keeps the process alive: in a program that waits for its first flags, possibly nothing else does.
  const timeUp = Promise.withResolvers<void>();
  const cancelTimeout = clock.after(settings.initialTimeoutMs, timeUp.resolve, true);
  closing.addEventListener("abort", () => timeUp.resolve(), { once: true });
  const overridesRead = Promise.all(overrideWatchers.map((watcher) => watcher.check()));
  const standbyFound = findStandby(settings, snapshotFile, closing).then(standby.offer);
  await withinTime(clock, FILES_MS, Promise.all([overridesRead, standbyFound]));
  if (!closing.aborted) refresh.start();
  // A kill in an override file must be in force before the first answer.
  await Promise.race([Promise.all([ready.promise, overridesRead]), timeUp.promise]);
  cancelTimeout();
  if (closing.aborted) return;
  standby.use();
  report(parts, settings, snapshotFile);
  for (const watcher of overrideWatchers) watcher.logIfUnread();
  void overridesRead.then(() => {
    if (!closing.aborted) for (const watcher of overrideWatchers) watcher.logIfMissing();
  });
}

function report(
  { state, connectionState, behind }: ClientParts,
  settings: Settings,
  snapshotFile: string | undefined,
): void {
  const snapshot = state.snapshot();
  const origin = { database: connectionState.database(), snapshotFile, isBehind: behind() !== null };
  const text = startText(settings.environment, snapshot, state.definitions(), origin);
  settings.logger[snapshot?.source === "database" ? "info" : "warn"](text);
  state.announce();
}

/** Closes all parts. Does not wait longer for a database or a file that does not answer. */
async function close(parts: ClientParts, clock: Clock): Promise<void> {
  parts.ready.resolve();
  for (const watcher of parts.overrideWatchers) watcher.close();
  parts.freshness.close();
  parts.heartbeat?.close();
  await withinTime(clock, CLOSE_MS, Promise.allSettled([parts.refresh.close(), parts.snapshotFile?.close()]));
  parts.emitter.clear();
}

/** Resolves when the work is done or its time is up. The work is not cancelled. */
async function withinTime(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const cancel = clock.after(ms, timeout.resolve, true);
  await Promise.race([work, timeout.promise]);
  cancel();
}
