import { Console } from "node:console";

/** Where a client tells what happens to it. Messages are single lines without a prefix. */
export interface Logger {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string) => void;
}

/** Lines on stderr: `flaghoist: WARNING   FEATURE_VOICE_LOGING matches no flag`. */
export function stderrLogger(): Logger {
  // A console rather than the stream: a reader that hung up must not end the program.
  const { error: print } = new Console({ stdout: process.stderr, stderr: process.stderr, ignoreErrors: true });
  return {
    info: (message) => print(`flaghoist: ${message}`),
    warn: (message) => print(`flaghoist: WARNING   ${message}`),
    error: (message) => print(`flaghoist: ERROR     ${message}`),
  };
}

/** A logger that never throws: what the application's own does is no reason to lose flags. False: says nothing. */
export function safeLogger(logger: Logger | false): Logger {
  if (logger === false) return { info: () => {}, warn: () => {}, error: () => {} };
  const safely = (level: keyof Logger) => (message: string) => {
    try {
      logger[level](message);
    } catch {
      // There is nobody left to tell.
    }
  };
  return { info: safely("info"), warn: safely("warn"), error: safely("error") };
}
