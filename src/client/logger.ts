import { Console } from "node:console";
import { printable } from "../core/printable.ts";

/** Receives the log messages of a client: single lines without a prefix. */
export interface Logger {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string) => void;
}

/** Creates a logger that writes to stderr, e.g. `flaghoist: WARNING   FEATURE_VOICE_LOGING matches no flag`. */
export function stderrLogger(): Logger {
  // Uses a console instead of the stream, because a closed pipe must not end the program.
  const { error: print } = new Console({ stdout: process.stderr, stderr: process.stderr, ignoreErrors: true });
  return {
    info: (message) => print(`flaghoist: ${message}`),
    warn: (message) => print(`flaghoist: WARNING   ${message}`),
    error: (message) => print(`flaghoist: ERROR     ${message}`),
  };
}

/**
 * Wraps a logger so that it never throws, because an error in an application's logger must not affect flags, and so that it
 * receives single lines, whatever data a message contains. `false` disables logging.
 */
export function safeLogger(logger: Logger | false): Logger {
  if (logger === false) return { info: () => {}, warn: () => {}, error: () => {} };
  const safely = (level: keyof Logger) => (message: string) => {
    try {
      logger[level](printable(message));
    } catch {
      // The error cannot be reported anywhere.
    }
  };
  return { info: safely("info"), warn: safely("warn"), error: safely("error") };
}
