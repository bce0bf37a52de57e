import { compileFlags } from "../core/evaluate/compile.ts";
import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { type OverrideProblem, parseOverrides } from "../core/override/override.ts";
import { changedKeys } from "./changed-keys.ts";
import type { Emitter } from "./events.ts";
import type { Settings } from "./options.ts";
import type { OverrideFile } from "./override-file.ts";
import { logNewProblems, logOverrides, sameOverrides, shownOverrides, waitingVariables } from "./override-report.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ShownOverride } from "./status.ts";
import type { Surroundings } from "./surroundings.ts";
import type { View } from "./view.ts";

/** What a client serves: one snapshot, the overrides over it, and the view compiled from both. */
export interface HeldFlags {
  readonly view: () => View;
  readonly snapshot: () => Snapshot | undefined;
  readonly definitions: () => FlagDefinitions | undefined;
  readonly overrides: () => readonly ShownOverride[];
  readonly problems: () => readonly OverrideProblem[];
  /** Serves another snapshot from now on. Confirmed: the database gave it just now. */
  readonly install: (snapshot: Snapshot, isConfirmed: boolean) => void;
  readonly overrideFile: (file: OverrideFile | undefined) => void;
  readonly define: (definitions: FlagDefinitions) => void;
  /** The database has not confirmed it for too long, or has again; `ageMs` is for those who listen. */
  readonly late: (isLate: boolean, ageMs: number | null) => void;
  /** Prints what is in force; before that nothing is, so that the table comes after the line that says what was loaded. */
  readonly announce: () => void;
}

/** Compiles with every change, once, and swaps by one assignment; what changed is told afterwards. */
export function holdFlags(
  settings: Settings,
  surroundings: Surroundings,
  emitter: Emitter,
  overridesChanged: () => void,
): HeldFlags {
  const { logger, env } = settings;
  let definitions = settings.definitions;
  let parsed = parseOverrides(env);
  let snapshot: Snapshot | undefined;
  let isLate = true;
  let overrides: readonly ShownOverride[] = [];
  let announced:
    | { readonly overrides: readonly ShownOverride[]; readonly problems: readonly OverrideProblem[] }
    | undefined;
  let view = compile(snapshot);

  function compile(of: Snapshot | undefined): View {
    const set = compileFlags({
      flags: of === undefined ? [] : Array.from(of.live.values(), ({ flag }) => flag),
      archived: of?.archived,
      revision: of?.head.revision,
      overrides: parsed,
      definitions,
    });
    overrides = shownOverrides(set.overrides, overrides, surroundings.today);
    const unreadable = (of?.setAside ?? []).flatMap(({ key, problem, serves }) =>
      key !== null && serves === "nothing" ? [[key, problem] as const] : [],
    );
    return {
      set,
      revision: of?.head.revision ?? null,
      isStale: of !== undefined && isLate,
      keys: [...new Set([...set.keys(), ...Object.keys(definitions ?? {})])].sort(),
      unreadable: new Map(unreadable),
    };
  }

  function replace(next: Snapshot | undefined): void {
    const before = { live: snapshot?.live, overrides };
    const wasStale = view.isStale;
    view = compile(next);
    snapshot = next;
    if (announced) tell();
    if (next && before.live === undefined) emitter.emit("ready", { revision: next.head.revision });
    const keys = changedKeys(before, { live: snapshot?.live, overrides });
    if (keys.length > 0) emitter.emit("changed", { keys, revision: view.revision });
    if (!sameOverrides(before.overrides, overrides)) {
      overridesChanged();
      emitter.emit("override", { overrides });
    }
    tellStaleness(wasStale, null);
  }

  function tellStaleness(wasStale: boolean, ageMs: number | null): void {
    if (view.isStale && !wasStale) emitter.emit("stale", { ageMs });
    if (!view.isStale && wasStale) emitter.emit("fresh", { revision: view.revision });
  }

  function tell(): void {
    const { problems } = view.set.overrides;
    if (announced === undefined || !sameOverrides(announced.overrides, overrides)) {
      logOverrides(logger, overrides, announced?.overrides ?? [], settings.overrideFile);
    }
    logNewProblems(logger, problems, announced?.problems ?? []);
    announced = { overrides, problems };
  }

  return {
    view: () => view,
    snapshot: () => snapshot,
    definitions: () => definitions,
    overrides: () => overrides,
    problems: () => view.set.overrides.problems,
    install: (next, isConfirmed) => {
      if (isConfirmed) isLate = false;
      replace(next);
    },
    overrideFile: (next) => {
      parsed = parseOverrides(env, next === undefined ? [] : [{ origin: "file", ...next }]);
      replace(snapshot);
    },
    define: (more) => {
      definitions = { ...definitions, ...more };
      replace(snapshot);
    },
    late: (next, ageMs) => {
      const wasStale = view.isStale;
      isLate = next;
      view = { ...view, isStale: snapshot !== undefined && isLate };
      tellStaleness(wasStale, ageMs);
    },
    announce: () => {
      const waiting = waitingVariables(parsed);
      if (snapshot === undefined && waiting.length > 0) {
        logger.info(`override  in force before any flag is known   ${waiting.join(", ")}`);
      }
      tell();
    },
  };
}
