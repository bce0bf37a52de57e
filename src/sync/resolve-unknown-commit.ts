import { setTimeout as delay } from "node:timers/promises";
import { FlagError } from "../core/errors.ts";
import type { FlagStore, Head } from "../store/store.ts";

/** The pauses before each attempt, in milliseconds. Together, they are a little longer than a server takes to restart. */
const PAUSES_MS = [0, 100, 300, 600, 1_000, 2_000, 4_000, 8_000];

/**
 * Determines whether a COMMIT without an answer succeeded, by asking the database until it answers.
 *
 * @returns the head if it succeeded, else `did not happen`. An unfinished COMMIT holds the lock, so the
 *   next attempt waits for it
 * @throws `unknown`, the original error, when the database does not answer within about 15 seconds
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
      // The transaction would have created the tables.
      if (error instanceof FlagError && error.code === "STORE_MISSING") return "did not happen";
      const isUnanswered = error instanceof FlagError && ["STORE_UNREACHABLE", "STORE_LOCKED"].includes(error.code);
      if (!isUnanswered) throw error;
    }
  }
  throw unknown;
}
