import { type ErrorCode, FlagError } from "../../core/errors.ts";
import type { Clock } from "../clock.ts";
import type { Emitter } from "../events.ts";
import type { Settings } from "../options.ts";
import type { ClientError } from "../status.ts";

/** Tracks whether the database is available. Logs each new problem once, and the recovery once. */
export function trackConnection(
  { environment, logger }: Pick<Settings, "environment" | "logger">,
  clock: Pick<Clock, "today">,
  emitter: Emitter,
) {
  /** A developer who has not synced yet gets a warning, not an error. */
  function isFirstUse(code: ClientError["code"], served: string | undefined): boolean {
    if (environment !== "development") return false;
    return code === "STORE_MISSING" || (code === "STORE_EMPTY" && served === undefined);
  }
  let problem: ClientError["code"] | undefined;
  let isConnected = false;
  let lastError: ClientError | null = null;
  let database: string | null = null;
  return {
    /**
     * @param served     the data that is served until then, e.g. `revision 6 from memory, 42 s old`; undefined while there is no data
     * @param retryInMs  when the next attempt starts; null if none is planned
     */
    failed: (error: unknown, served: string | undefined, retryInMs: number | null) => {
      isConnected = false;
      lastError = clientError(error, clock.today());
      const { code } = lastError;
      // Compared by code: while a database is down, one message says "refused" and the next one "timed out".
      if (problem === code) return;
      problem = code;
      const text = failureText(lastError, served, retryInMs);
      if (isFirstUse(code, served)) logger.warn(text);
      else logger.error(text);
      emitter.emit("error", lastError);
    },
    succeeded: (label: string) => {
      isConnected = true;
      database = label;
      if (problem !== undefined) logger.info(`database available: ${label}`);
      problem = undefined;
    },
    isConnected: () => isConnected,
    lastError: () => lastError,
    /** Returns the label of the database that answered last; null before the first answer. */
    database: () => database,
  };
}

function clientError(error: unknown, at: Date): ClientError {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof FlagError ? error : undefined;
  return { code: known?.code ?? "UNEXPECTED", message, hint: known?.hint ?? null, at: at.toISOString() };
}

const HEADLINES: { readonly [Code in ErrorCode]?: string } = {
  STORE_UNREACHABLE: "database unreachable",
  STORE_LOCKED: "database locked",
  STORE_MISSING: "flag database not found",
  STORE_FORBIDDEN: "access to the database denied",
  STORE_READ_ONLY: "database not readable without write access",
  STORE_CORRUPT: "database content refused",
  STORE_EMPTY: "flag table empty",
  STORE_BEHIND: "database went back to an older version",
  STORE_OUTDATED: "database schema too old",
  STORE_NEWER: "database schema too new",
  WRONG_DATABASE: "wrong database",
};

function failureText(
  { code, message, hint }: ClientError,
  served: string | undefined,
  retryInMs: number | null,
): string {
  const headline = code === "UNEXPECTED" ? undefined : HEADLINES[code];
  return [
    `${headline ?? "flags cannot be refreshed"} (${message})`,
    ...(served === undefined ? [] : [`still serving ${served}`]),
    ...(retryInMs === null ? [] : [`retrying in ${secondsText(retryInMs)}`]),
    ...(hint === null ? [] : [hint]),
  ].join("; ");
}

/** Returns a duration in seconds, e.g. `0.3 s` or `42 s`. */
function secondsText(ms: number): string {
  return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`;
}
