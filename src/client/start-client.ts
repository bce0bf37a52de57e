import type { FlagDefinitions } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { FlagStore } from "../store/store.ts";
import { createEmitter } from "./events.ts";
import { type Fallback, readFallbacks } from "./fallbacks.ts";
import type { FlagsClient } from "./flags-client.ts";
import { trackFreshness } from "./freshness.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { holdFlags } from "./flag-state.ts";
import { createIntake } from "./accept-snapshot.ts";
import { keepLastGood } from "./last-good.ts";
import type { Settings } from "./options.ts";
import { watchOverrideFile } from "./override-file.ts";
import { type Refresh, startRefresh } from "./refresh.ts";
import { type SeenFlag, seenFlag } from "./seen-flag.ts";
import { startReport } from "./start-report.ts";
import { statusOf } from "./status-of.ts";
import type { Surroundings } from "./surroundings.ts";
import { type ToggleRow, toggleRows } from "./toggle-row.ts";
import { trackTrouble } from "./connection-errors.ts";
import { pinned, readerOf } from "./view.ts";

/** What files may take at the start, before the database is asked without them: a hanging mount must not hold it up. */
const FILES_MS = 500;

export interface ClientInput {
  readonly surroundings: Surroundings;
  readonly openStore: () => Promise<FlagStore>;
  /** Where the last good snapshot is kept; undefined: nowhere. */
  readonly snapshotFile: string | undefined;
}

export interface StartedClient {
  readonly client: FlagsClient;
  /** There is data, or the initial timeout has passed. */
  readonly started: Promise<void>;
  readonly define: (definitions: FlagDefinitions) => void;
  readonly toggleRows: () => readonly ToggleRow[];
  readonly seen: (key: FlagKey) => SeenFlag;
}

/** Puts the parts of a client together, and starts them in the order overrides → database → disk → bundle → definitions. */
export function startClient(settings: Settings, input: ClientInput): StartedClient {
  const { environment, logger } = settings;
  const { surroundings, snapshotFile, openStore } = input;
  const once = settleOnce();
  let refresh: Refresh | undefined;
  let database: string | undefined;
  let fallback: Fallback | undefined;
  let isDatabaseLate = false;
  let closing: Promise<void> | undefined;

  const emitter = createEmitter(logger);
  const held = holdFlags(settings, surroundings, emitter, () => heartbeat?.beat());
  const trouble = trackTrouble(environment, logger, emitter, surroundings.today);
  const freshness = trackFreshness(settings.staleAfterMs, surroundings, (isLate) => {
    const ageMs = freshness.ageMs();
    const hasData = held.snapshot() !== undefined;
    if (isLate && hasData) logger.warn(`no answer from the database for ${seconds(ageMs)} s: answers are stale`);
    held.late(isLate, ageMs);
  });
  const lastGood = snapshotFile === undefined ? undefined : keepLastGood(snapshotFile, surroundings, logger);
  const intake = createIntake(settings, held, (snapshot) => lastGood?.keep(snapshot));
  const heartbeat = settings.heartbeat
    ? startHeartbeat(
        surroundings,
        () => refresh?.store(),
        () => {
          const head = held.snapshot()?.head;
          return head && { epoch: head.epoch, revision: head.revision, overrides: held.overrides() };
        },
      )
    : undefined;
  const overridesFrom = settings.overrideFile;
  const overrideFile =
    overridesFrom === undefined
      ? undefined
      : watchOverrideFile(overridesFrom, surroundings, held.overrideFile, (reason) => {
          logger.error(
            `the override file ${overridesFrom} cannot be read (${reason}): what it said before still applies`,
          );
        });

  /** The database is not to be had for now: what was saved or shipped answers, also where it is read only later. */
  function fallBack(): void {
    isDatabaseLate = true;
    if (held.snapshot() !== undefined) return;
    const snapshot = fallback?.read();
    if (snapshot !== undefined) held.install(snapshot, false);
  }

  async function start(): Promise<void> {
    // Nothing else may be keeping a program alive that waits for its first flags.
    const cancelInitial = surroundings.after(settings.initialTimeoutMs, once.settle, true);
    const looked = overrideFile?.check();
    const files = Promise.all([looked, readFallbacks(settings, snapshotFile).then(recall)]);
    await withinTime(surroundings, FILES_MS, files);
    if (closing === undefined) refresh = startRefresh(refreshOptions());
    await once.settled;
    cancelInitial();
    if (closing !== undefined) return;
    fallBack();
    const definitions = Object.keys(held.definitions() ?? {}).length;
    const report = startReport(environment, held.snapshot(), { database, snapshotFile }, definitions);
    if (report.isAsWished) logger.info(report.text);
    else logger.warn(report.text);
    held.announce();
    void tellMissingFile(looked);
  }

  /** Whoever appends a kill to the right file must not wait for a process that reads another one. */
  async function tellMissingFile(looked: Promise<void> | undefined): Promise<void> {
    await looked;
    if (closing !== undefined || !overrideFile?.isMissing()) return;
    logger.info(`override  file ${overridesFrom} is not there yet; looked for every 2 s`);
  }

  function recall(found: Fallback | undefined): void {
    if (held.snapshot()?.source === "database") return;
    fallback = found;
    if (found !== undefined) intake.remember(found);
    if (isDatabaseLate) fallBack();
  }

  function refreshOptions(): Parameters<typeof startRefresh>[0] {
    return {
      open: openStore,
      pollIntervalMs: settings.pollIntervalMs,
      surroundings,
      compare: intake.compare,
      accept: intake.accept,
      checked: (store) => {
        database = store.label;
        // Nothing is served from it any more.
        fallback = undefined;
        trouble.over(store.label);
        freshness.checked();
        heartbeat?.beat();
        once.settle();
      },
      failed: (error) => {
        trouble.failed(error);
        fallBack();
        if (held.snapshot() !== undefined) once.settle();
      },
    };
  }

  async function close(): Promise<void> {
    once.settle();
    overrideFile?.close();
    freshness.close();
    heartbeat?.close();
    await Promise.all([refresh?.close(), lastGood?.close()]);
    emitter.clear();
  }

  const started = start();
  return {
    started,
    define: held.define,
    toggleRows: () => toggleRows(held.snapshot()),
    seen: (key) => seenFlag(environment, held.snapshot(), key),
    client: {
      ...readerOf(held.view),
      pin: () => pinned(held.view()),
      on: emitter.on,
      status: () =>
        statusOf({
          environment,
          held,
          ageMs: freshness.ageMs(),
          database: database ?? null,
          trouble,
          refresh,
          heartbeat,
          lastGood,
        }),
      close: () => {
        closing ??= close();
        return closing;
      },
    },
  };
}

function seconds(ms: number | null): number {
  return Math.round((ms ?? 0) / 1000);
}

function settleOnce(): { readonly settled: Promise<void>; readonly settle: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { settled: promise, settle: resolve };
}

/** Resolves with the work, or when its time is up; the work goes on then. */
async function withinTime(surroundings: Surroundings, ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = surroundings.after(ms, resolve, true);
  await Promise.race([work, promise]);
  cancel();
}
