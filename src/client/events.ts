import type { FlagKey } from "../core/flag/flag.ts";
import type { Logger } from "./logger.ts";
import type { ClientError, ShownOverride } from "./status.ts";

/** Maps each event of a client to the object that its listeners receive. */
export interface ClientEvents {
  /** Flag data is available, from any source. Emitted once; a listener that is added later is called immediately. */
  readonly ready: { readonly revision: number };
  /** The answers of these flags may have changed: their row or override changed, or that of a flag that they require. */
  readonly changed: { readonly keys: readonly FlagKey[]; readonly revision: number | null };
  /** The database has not confirmed the data for `staleAfterMs`; the data is still served. */
  readonly stale: { readonly ageMs: number | null };
  /** The database has confirmed the data again. */
  readonly fresh: { readonly revision: number | null };
  /** A refresh failed with a different error code than the previous failure. */
  readonly error: ClientError;
  /** The overrides in force have changed. */
  readonly override: { readonly overrides: readonly ShownOverride[] };
}

/** The name of a client's event. */
export type EventName = keyof ClientEvents;
/** A function that is called at each event. Its result is ignored; an error or rejected promise is logged. */
export type Listener<Name extends EventName> = (event: ClientEvents[Name]) => unknown;

/** Holds the listeners of one client and calls them. */
export interface Emitter {
  /** Adds a listener. The returned function removes it. */
  readonly on: <Name extends EventName>(name: Name, listener: Listener<Name>) => () => void;
  readonly emit: <Name extends EventName>(name: Name, event: ClientEvents[Name]) => void;
  readonly clear: () => void;
}

/** Creates an emitter that calls listeners in the order in which they were added. An error in one listener is logged and does not affect the others. */
export function createEmitter(logger: Logger): Emitter {
  const listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = {
    ready: new Set(),
    changed: new Set(),
    stale: new Set(),
    fresh: new Set(),
    error: new Set(),
    override: new Set(),
  };
  // "ready" happens once, and most listeners are added after it.
  const past: { [Name in EventName]?: ClientEvents[Name] } = {};

  function call<Name extends EventName>(name: Name, listener: Listener<Name>, event: ClientEvents[Name]): void {
    try {
      const result = listener(event);
      if (result instanceof Promise) result.catch((error: unknown) => logFailure(name, error));
    } catch (error) {
      logFailure(name, error);
    }
  }
  function logFailure(name: EventName, error: unknown): void {
    logger.error(`a listener for "${name}" failed: ${error instanceof Error ? error.message : String(error)}`);
  }

  return {
    on: (name, listener) => {
      const set = listeners[name];
      set.add(listener);
      const happened = past[name];
      if (happened !== undefined) {
        queueMicrotask(() => {
          if (set.has(listener)) call(name, listener, happened);
        });
      }
      return () => void set.delete(listener);
    },
    emit: (name, event) => {
      if (name === "ready") past[name] = event;
      // Iterates over a copy, because a listener may add or remove listeners.
      for (const listener of Array.from(listeners[name])) call(name, listener, event);
    },
    clear: () => {
      for (const set of Object.values(listeners)) set.clear();
    },
  };
}
