import { FlagError } from "../../core/errors.ts";
import type { FlagStore } from "../../store/store.ts";

/** The connection of one client to its database. */
export type DatabaseConnection = ReturnType<typeof createConnection>;

interface OpenConnection {
  readonly store: FlagStore;
  unwatch: () => void;
}

/**
 * Creates the connection of one client to its database. The connection is opened on demand and closed after a failure.
 *
 * @param openStore  called again after every failure, because the address may lead to a different database by then
 */
export function createConnection(openStore: () => Promise<FlagStore>) {
  let current: OpenConnection | undefined;
  return {
    /** Returns the store of the open connection; undefined while there is none. */
    store: () => current?.store,
    /** Returns whether changes reach the open connection at once. */
    hasPush: () => current?.store.isPushing() ?? false,
    /**
     * Returns the open store, or opens it. A store that opens after the signal was aborted is closed again.
     *
     * @param onHint  called when the flags may have changed, while this connection is open
     * @throws FlagError STORE_UNREACHABLE when the signal was aborted; the errors of openStore
     */
    open: async (signal: AbortSignal, onHint: () => void): Promise<FlagStore> => {
      if (current !== undefined) return current.store;
      const store = await openStore();
      const opened: OpenConnection = { store, unwatch: () => {} };
      if (signal.aborted) {
        void closeQuietly(opened);
        throw new FlagError("STORE_UNREACHABLE", "the connection was opened too late");
      }
      current = opened;
      opened.unwatch = store.watch(() => {
        if (current === opened) onHint();
      });
      return store;
    },
    /** Closes the open connection. Never rejects. */
    close: async (): Promise<void> => {
      const closing = current;
      current = undefined;
      if (closing !== undefined) await closeQuietly(closing);
    },
  };
}

async function closeQuietly({ store, unwatch }: OpenConnection): Promise<void> {
  try {
    unwatch();
    await store.close();
  } catch {
    // The connection is broken or no longer needed: nothing depends on how it ends.
  }
}
