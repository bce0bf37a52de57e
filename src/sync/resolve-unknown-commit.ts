import { setTimeout as delay } from "node:timers/promises";
import { FlagError } from "../core/errors.ts";
import type { FlagStore, Head } from "../store/store.ts";

/** Together a little more than a server takes to start again, in milliseconds. */
const PAUSES_MS = [0, 100, 300, 600, 1_000, 2_000, 4_000, 8_000];

/**
 * What became of a sync whose COMMIT got no answer: the database is asked until it answers.
 *
 * @returns the head where it happened; `did not happen` where it has not. A COMMIT that is still on its way holds the lock,
 *   so whoever plans again meets it there
 * @throws `unknown`, the error that left it open, where the database does not answer within a quarter of a minute
 */
export async function settle(
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
