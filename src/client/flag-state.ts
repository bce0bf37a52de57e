import type { FlagDefinitions } from "../core/flag/definitions.ts";
import {
  type LocatedSource,
  OVERRIDE_SOURCES,
  type OverrideText,
  type OverrideTextOrigin,
} from "../core/override/override.ts";
import { parseOverrides } from "../core/override/parse-overrides.ts";
import { changedKeys } from "./changed-keys.ts";
import type { Clock } from "./clock.ts";
import type { Emitter } from "./events.ts";
import type { Settings } from "./options.ts";
import { createOverrideLog, sameOverrides, shownOverrides, waitingVariables } from "./override/override-report.ts";
import type { SaidText } from "./override/settled-text.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import type { ShownOverride } from "./status.ts";
import { compileView, type View } from "./view.ts";

/** The state that a client serves: one snapshot, the overrides, and the view compiled from both. */
export interface FlagState {
  readonly view: () => View;
  readonly snapshot: () => Snapshot | undefined;
  readonly definitions: () => FlagDefinitions | undefined;
  readonly overrides: () => readonly ShownOverride[];
  /**
   * Serves a different snapshot from now on.
   *
   * @param isConfirmed  true if the database has just returned the snapshot
   */
  readonly install: (snapshot: Snapshot, isConfirmed: boolean) => void;
  /** Replaces what one source of override lines says. */
  readonly setOverrideText: (source: LocatedSource, said: SaidText) => void;
  readonly define: (definitions: FlagDefinitions) => void;
  /** Records that the database has not confirmed the data for too long, or that it has confirmed the data again. */
  readonly setLate: (isLate: boolean, ageMs: number) => void;
  /** Logs the overrides in force. No override is logged before this call, so that the line about the loaded data comes first. */
  readonly announce: () => void;
}

/** Creates an empty state. Each change compiles a new view once, installs it by one assignment, and then emits events. */
export function createFlagState(settings: Settings, clock: Pick<Clock, "today">, emitter: Emitter): FlagState {
  const logOverrides = createOverrideLog(settings);
  let isAnnounced = false;
  let definitions = settings.definitions;
  const overrideTexts = new Map<OverrideTextOrigin, OverrideText>();
  let parsed = parseOverrides(settings.env);
  let snapshot: Snapshot | undefined;
  let isLate = true;
  let view = compileView(snapshot, parsed, definitions, isLate);
  let overrides = shownOverrides(view.set.overrides, [], clock.today);

  function replace(next: Snapshot | undefined): void {
    const before = { snapshot, overrides, view };
    view = compileView(next, parsed, definitions, isLate);
    overrides = shownOverrides(view.set.overrides, overrides, clock.today);
    snapshot = next;
    if (isAnnounced) logOverrides(overrides, view.set.overrides.problems);
    emitChanges(emitter, before, { snapshot, overrides, view });
  }

  return {
    view: () => view,
    snapshot: () => snapshot,
    definitions: () => definitions,
    overrides: () => overrides,
    install: (next, isConfirmed) => {
      if (isConfirmed) isLate = false;
      replace(next);
    },
    setOverrideText: ({ origin, path }, said) => {
      overrideTexts.set(origin, { origin, path, ...said });
      const texts = OVERRIDE_SOURCES.flatMap((source) => overrideTexts.get(source.origin) ?? []);
      parsed = parseOverrides(settings.env, texts);
      replace(snapshot);
    },
    define: (more) => {
      definitions = { ...definitions, ...more };
      replace(snapshot);
    },
    setLate: (next, ageMs) => {
      const before = view;
      isLate = next;
      view = { ...view, isStale: snapshot !== undefined && isLate };
      emitStaleness(emitter, before, view, ageMs);
    },
    announce: () => {
      const waiting = waitingVariables(parsed);
      if (snapshot === undefined && waiting.length > 0) {
        settings.logger.info(`override  set, but no flags are loaded yet   ${waiting.join(", ")}`);
      }
      logOverrides(overrides, view.set.overrides.problems);
      isAnnounced = true;
    },
  };
}

interface Moment {
  readonly snapshot: Snapshot | undefined;
  readonly overrides: readonly ShownOverride[];
  readonly view: View;
}

function emitChanges(emitter: Emitter, before: Moment, after: Moment): void {
  const { snapshot, overrides, view } = after;
  if (snapshot && before.snapshot === undefined) emitter.emit("ready", { revision: snapshot.head.revision });
  const keys = changedKeys(before, after);
  if (keys.length > 0) emitter.emit("changed", { keys, revision: view.revision });
  if (!sameOverrides(before.overrides, overrides)) emitter.emit("override", { overrides });
  emitStaleness(emitter, before.view, view, null);
}

function emitStaleness(emitter: Emitter, before: View, after: View, ageMs: number | null): void {
  if (after.isStale && !before.isStale) emitter.emit("stale", { ageMs });
  if (!after.isStale && before.isStale) emitter.emit("fresh", { revision: after.revision });
}
