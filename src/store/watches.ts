import { FlagError } from "../core/errors.ts";
import type { FlagStore, StoreMode, Watch } from "./store.ts";

/** Keeps the watches of one store. @param start  starts a watch of the database */
export function createWatches(
  start: (onHint: () => void) => Watch,
): Pick<FlagStore, "watch" | "isPushing"> & { readonly stopAll: () => void } {
  const watches = new Set<Watch>();
  return {
    watch: (onHint) => {
      const watch = start(onHint);
      watches.add(watch);
      return () => {
        watches.delete(watch);
        watch.stop();
      };
    },
    isPushing: () => [...watches].some((watch) => watch.isPushing()),
    stopAll: () => {
      for (const watch of watches) watch.stop();
      watches.clear();
    },
  };
}

/** Returns whether an error says only that the database is missing, which a store that is opened for a sync will create. */
export function isToBeCreated(error: unknown, mode: StoreMode): boolean {
  return mode.kind === "sync" && error instanceof FlagError && error.code === "STORE_MISSING";
}
