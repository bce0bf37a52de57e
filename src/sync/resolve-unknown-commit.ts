import { setTimeout as delay } from "node:timers/promises";
import { FlagError } from "../core/errors.ts";
import type { FlagStore, Head } from "../store/store.ts";

/** In milliseconds; together a little more than a server takes to restart. */
const PAUSES_MS = [0, 100, 300, 600, 1_000, 2_000, 4_000, 8_000];

/**
 * Finds out whether a COMMIT that got no answer happened, by asking the database until it answers.
 *
 * @returns the head if it happened, else `did not happen`. A COMMIT that is still under way holds the lock, so that the
 *   next attempt waits for it
 * @throws `unknown`, the error that left it open, where the database does not answer within a quarter of a minute
 */
export async function resolveUnknownCommit(
  store: Pick<FlagStore, "hasSync" | "readHead">,
  syncId: string,
  unknown: FlagError,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<Head | "did not happen"> {
  for (const pauseMs of pausesMs) {
    await delay(pauseMs);
    try {
      return (await store.hasSync(syncId)) ? await store.readHead() : "did not happen";
    } catch (error) {
      if (!(error instanceof FlagError) || error.code !== "STORE_UNREACHABLE") throw error;
    }
  }
  throw unknown;
}
