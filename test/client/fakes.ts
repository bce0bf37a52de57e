import { FlagError } from "../../src/core/errors.ts";
import type { RawRow } from "../../src/core/row/row.ts";
import type { Logger } from "../../src/client/logger.ts";
import type { Clock } from "../../src/client/clock.ts";
import type { FlagStore, Head, Instance } from "../../src/store/store.ts";

/** A clock that stands still until it is moved, and no chance: every random number is the one given. */
export interface ManualClock extends Clock {
  /** Moves on, firing what is due in its order; everything that it sets off is done when this resolves. */
  advance(ms: number): Promise<void>;
  /** Timers that have not fired. */
  pending(): number;
}

export function manualClock(random: () => number = () => 0.5): ManualClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    elapsed: () => now,
    today: () => new Date(Date.UTC(2026, 10, 21) + now),
    random,
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pending: () => timers.size,
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.callback();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A table in memory whose content, head and failures a test decides. */
export interface FakeStore extends FlagStore {
  head: Head;
  rows: readonly RawRow[];
  isSynced: boolean;
  isPrimary: boolean;
  /** Thrown by every read and by opening. */
  failure: Error | undefined;
  /** Reads wait for this. */
  gate: Promise<void> | undefined;
  readonly counts: { opened: number; heads: number; reads: number; closed: number };
  readonly heartbeats: Instance[];
  hint(): void;
  open(): Promise<FlagStore>;
}

export function fakeStore(rows: readonly RawRow[] = [], head: Partial<Head> = {}): FakeStore {
  const watchers = new Set<() => void>();
  let hinted = false;
  const unused = () => Promise.reject(new Error("not part of this test"));
  const answered = async () => {
    await store.gate;
    if (store.failure) throw store.failure;
  };
  const store: FakeStore = {
    label: "a fake store",
    head: { environment: "production", storeId: "store-1", epoch: 1, revision: 1, commit: "4be12f0", ...head },
    rows,
    isSynced: true,
    isPrimary: true,
    failure: undefined,
    gate: undefined,
    counts: { opened: 0, heads: 0, reads: 0, closed: 0 },
    heartbeats: [],
    hint: () => {
      hinted = true;
      for (const watcher of watchers) watcher();
    },
    open: async () => {
      store.counts.opened += 1;
      await answered();
      return store;
    },
    readHead: async () => {
      store.counts.heads += 1;
      await answered();
      return store.head;
    },
    read: async () => {
      store.counts.reads += 1;
      await answered();
      return { head: store.head, rows: store.rows, isSynced: store.isSynced, isPrimary: store.isPrimary };
    },
    heartbeat: async (instance) => {
      await answered();
      store.heartbeats.push(instance);
    },
    isPushing: () => hinted,
    watch: (onHint) => {
      watchers.add(onHint);
      return () => void watchers.delete(onHint);
    },
    close: async () => {
      store.counts.closed += 1;
    },
    apply: unused,
    hasSync: unused,
    syncs: unused,
    audit: unused,
    manualChanges: unused,
    lastChanges: unused,
    highestHeartbeat: unused,
    instances: unused,
  };
  return store;
}

export const DOWN = new FlagError("STORE_UNREACHABLE", "the flag database did not answer");

/** Keeps what was said, as `level message`. */
export function heard(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    info: (message) => void lines.push(`info ${message}`),
    warn: (message) => void lines.push(`warn ${message}`),
    error: (message) => void lines.push(`error ${message}`),
  };
}
