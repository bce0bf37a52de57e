import { FlagError } from "../../core/errors.ts";
import { type Head, isOlder, isSameVersion, type LiveSnapshot } from "../../store/store.ts";
import type { Settings } from "../options.ts";
import type { Behind } from "../status.ts";
import { syncCommand } from "./refusal.ts";

/** Tracks whether the database is at an older version than the served snapshot, or has a different history. Logs a warning when a replica begins to lag. */
export function trackBehind(environment: string, logger: Settings["logger"]) {
  let head: Head | undefined;
  let status: Behind | null = null;
  let lastError: FlagError | undefined;
  return {
    /** Returns the older version; null while the database is not behind. */
    status: () => status,
    /** Returns the error about the older version of a primary; undefined for a replica or while the database is not behind. */
    error: () => lastError,
    /** Returns whether a head is that of the older version. */
    isAt: (other: Head) => head !== undefined && isSameVersion(head, other),
    /** Records content that is older than what is served, and returns the error for a primary. */
    found: (stored: LiveSnapshot, served: Head): FlagError => {
      const isNew = status === null;
      const error = behindError(environment, stored.head, served);
      const isPrimary = stored.isPrimary || !isOlder(stored.head, served);
      lastError = isPrimary ? error : undefined;
      head = stored.head;
      status = {
        epoch: head.epoch,
        revision: head.revision,
        isPrimary,
        hint: isPrimary ? (error.hint ?? null) : null,
      };
      if (isNew && !isPrimary) {
        logger.warn(`${error.message}; it is a lagging replica, so its content is ignored until it catches up`);
      }
      return error;
    },
    ended: () => {
      head = undefined;
      status = null;
      lastError = undefined;
    },
  };
}

function behindError(environment: string, head: Head, served: Head): FlagError {
  const [from, to] =
    head.epoch === served.epoch
      ? [`revision ${head.revision}`, `revision ${served.revision}`]
      : [`epoch ${head.epoch} revision ${head.revision}`, `epoch ${served.epoch} revision ${served.revision}`];
  const message = isOlder(head, served)
    ? `the database is at ${from}, but this process already had ${to}`
    : `the database is at ${from}, but changes of ${to}, which this process already had, may be missing`;
  const hint = `if an older backup was restored on purpose, make all processes serve it with: ${syncCommand(environment)} --new-epoch`;
  return new FlagError("STORE_BEHIND", message, { hint });
}
