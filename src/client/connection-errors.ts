import { FlagError } from "../core/errors.ts";
import type { Emitter } from "./events.ts";
import type { Logger } from "./logger.ts";
import type { ClientError } from "./status.ts";

/** What is wrong with the database, told once for each new trouble and once when it is over. */
export interface Trouble {
  readonly failed: (error: unknown) => void;
  readonly over: (database: string) => void;
  readonly isConnected: () => boolean;
  readonly lastError: () => ClientError | null;
}

export function trackTrouble(environment: string, logger: Logger, emitter: Emitter, today: () => Date): Trouble {
  let present: string | undefined;
  let isConnected = false;
  let lastError: ClientError | null = null;
  return {
    failed: (error) => {
      isConnected = false;
      lastError = clientError(error, today());
      const { code, message, hint } = lastError;
      // By code: while a database is down, one message says refused and the next one timed out.
      if (present === code) return;
      present = code;
      const text = hint === null ? message : `${message}; ${hint}`;
      // A developer who has not synced yet is told, not alarmed.
      if (code === "STORE_MISSING" && environment === "development") logger.warn(text);
      else logger.error(text);
      emitter.emit("error", lastError);
    },
    over: (database) => {
      isConnected = true;
      if (present !== undefined) logger.info(`the database answers: ${database}`);
      present = undefined;
    },
    isConnected: () => isConnected,
    lastError: () => lastError,
  };
}

function clientError(error: unknown, at: Date): ClientError {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof FlagError ? error : undefined;
  return {
    code: known?.code ?? "UNEXPECTED",
    message,
    hint: known?.hint ?? null,
    at: at.toISOString(),
  };
}
