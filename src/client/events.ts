import type { FlagKey } from "../core/flag/flag.ts";
import type { Logger } from "./logger.ts";
import type { ClientError, ShownOverride } from "./status.ts";

/** What a client tells its listeners, by the name of the event. */
export interface ClientEvents {
  /** There is data, from whatever source. Once; a listener that comes later is called at once. */
  readonly ready: { readonly revision: number };
  /** Answers may differ: the flags whose row or override changed, and those that require them. */
  readonly changed: { readonly keys: readonly FlagKey[]; readonly revision: number | null };
  /** The database has not been reached for too long; the last data is still served. */
  readonly stale: { readonly ageMs: number | null };
  /** The database confirms again what is served. */
  readonly fresh: { readonly revision: number | null };
  /** A refresh failed in another way than the one before. */
  readonly error: ClientError;
  /** The overrides in force are others. */
  readonly override: { readonly overrides: readonly ShownOverride[] };
}

export type EventName = keyof ClientEvents;
/** What it returns is not looked at, but a promise that rejects is caught. */
export type Listener<Name extends EventName> = (event: ClientEvents[Name]) => unknown;

export interface Emitter {
  /** The returned function takes the listener away. */
  readonly on: <Name extends EventName>(name: Name, listener: Listener<Name>) => () => void;
  readonly emit: <Name extends EventName>(name: Name, event: ClientEvents[Name]) => void;
  readonly clear: () => void;
}

/** Calls listeners in the order in which they came. One that throws is logged and does not keep the others from hearing. */
export function createEmitter(logger: Logger): Emitter {
  const listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = {
    ready: new Set(),
    changed: new Set(),
    stale: new Set(),
    fresh: new Set(),
    error: new Set(),
    override: new Set(),
  };
  // "ready" happens once, and most listeners come after it.
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
      // A copy: a listener may add another.
      for (const listener of Array.from(listeners[name])) call(name, listener, event);
    },
    clear: () => {
      for (const set of Object.values(listeners)) set.clear();
    },
  };
}
