import { FlagError } from "../core/errors.ts";
import type { FlagStore, Head, StoredSnapshot } from "../store/store.ts";
import { startBackoff } from "./backoff.ts";
import { clampedDelay, type Surroundings } from "./surroundings.ts";

/** An attempt that has not ended after this time is given up, its connection closed. */
const ATTEMPT_MS = 8000;
/** Every so many polls the whole table is read though the revision is the same: a trigger may be missing. */
const POLLS_PER_READ = 6;

export interface RefreshOptions {
  /** Called again after every failure: the address may lead elsewhere by then. */
  readonly open: () => Promise<FlagStore>;
  readonly pollIntervalMs: number;
  readonly surroundings: Surroundings;
  /** `older`: the database is behind what is served, so it confirms nothing. @throws FlagError when it must not be used */
  readonly compare: (head: Head) => "same" | "differs" | "older";
  /** Why the content is not used, or undefined when it is. A refusal is no failure of the connection. */
  readonly accept: (snapshot: StoredSnapshot) => FlagError | undefined;
  /** The database confirmed what is served, or gave something newer. */
  readonly checked: (store: FlagStore) => void;
  readonly failed: (error: unknown) => void;
}

export interface Refresh {
  /** The store while there is a connection that works. */
  readonly store: () => FlagStore | undefined;
  /** A push arrived on the present connection. */
  readonly hasPush: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Keeps asking the database, until closed: by poll and whenever it hints. One attempt at a time; a hint meanwhile makes
 * exactly one more. After a failure the connection is closed and nothing connects until the shared backoff has passed.
 */
export function startRefresh(options: RefreshOptions): Refresh {
  const { surroundings, pollIntervalMs } = options;
  const backoff = startBackoff(surroundings);
  let connection: Connection | undefined;
  let running: Promise<void> | undefined;
  let isAgain = false;
  let isClosed = false;
  let polls = 0;
  let cancelTimer: (() => void) | undefined;

  function run(): void {
    if (isClosed) return;
    if (running) {
      isAgain = true;
      return;
    }
    // What goes wrong while a failure is told must neither end the program nor the refreshing.
    const attempted = attempt().catch(() => {});
    running = attempted.finally(() => {
      running = undefined;
      // A failed attempt has no connection: what was hinted meanwhile is read when the next one has.
      const isWanted = isAgain && connection !== undefined;
      isAgain = false;
      if (isWanted) run();
    });
  }

  async function attempt(): Promise<void> {
    const given = { isUp: false };
    const used: Connection[] = [];
    try {
      await withDeadline(surroundings, () => refresh(given, used));
      if (isClosed) return;
      backoff.succeeded();
      scheduleOnce(pollDelay());
    } catch (error) {
      given.isUp = true;
      for (const broken of used) closeConnection(broken);
      if (isClosed) return;
      cancelTimer?.();
      cancelTimer = undefined;
      scheduleOnce(clampedDelay(backoff.failed()));
      options.failed(error);
    }
  }

  async function refresh(given: { isUp: boolean }, used: Connection[]): Promise<void> {
    const current = connection ?? (await connect(given, used));
    if (!used.includes(current)) used.push(current);
    const head = await current.store.readHead();
    if (given.isUp || isClosed) return;
    const state = options.compare(head);
    if (state === "older") return;
    if (state === "differs" || polls >= POLLS_PER_READ) {
      const snapshot = await current.store.read("evaluation");
      if (given.isUp || isClosed) return;
      if (options.compare(snapshot.head) === "older") return;
      const refusal = options.accept(snapshot);
      if (refusal) return options.failed(refusal);
      polls = 0;
    }
    options.checked(current.store);
  }

  async function connect(given: { isUp: boolean }, used: Connection[]): Promise<Connection> {
    const store = await options.open();
    const made: Connection = { store, hasPush: false, unwatch: () => {} };
    used.push(made);
    if (given.isUp || isClosed) {
      closeConnection(made);
      throw new FlagError("STORE_UNREACHABLE", "the connection came too late");
    }
    connection = made;
    made.unwatch = store.watch(() => {
      made.hasPush = true;
      if (connection === made) run();
    });
    return made;
  }

  function closeConnection(broken: Connection): void {
    if (connection === broken) connection = undefined;
    void closeQuietly(broken);
  }

  function scheduleOnce(delayMs: number): void {
    cancelTimer ??= surroundings.after(delayMs, () => {
      cancelTimer = undefined;
      polls += 1;
      run();
    });
  }
  function pollDelay(): number {
    return clampedDelay(pollIntervalMs * (0.8 + 0.4 * surroundings.random()));
  }

  run();
  return {
    store: () => connection?.store,
    hasPush: () => connection?.hasPush ?? false,
    close: async () => {
      isClosed = true;
      cancelTimer?.();
      const open = connection;
      connection = undefined;
      if (open) await closeQuietly(open);
      // An attempt under way is not waited for: with a database that hangs, that would take seconds. It closes what it opens.
    },
  };
}

interface Connection {
  readonly store: FlagStore;
  hasPush: boolean;
  unwatch: () => void;
}

async function closeQuietly({ store, unwatch }: Connection): Promise<void> {
  try {
    unwatch();
    await store.close();
  } catch {
    // It was given up, or the client is closing: nothing depends on how it ends.
  }
}

/** The work's outcome, or STORE_UNREACHABLE when it takes too long; what it gives later is dropped. */
async function withDeadline(surroundings: Surroundings, work: () => Promise<void>): Promise<void> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = surroundings.after(ATTEMPT_MS, () => {
      reject(new FlagError("STORE_UNREACHABLE", `the flag database did not answer within ${ATTEMPT_MS / 1000} s`));
    });
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    cancel();
  }
}
