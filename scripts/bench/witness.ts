import { fork } from "node:child_process";
import { once } from "node:events";

interface Seen {
  readonly value: boolean;
  /** Nanoseconds of the machine's monotonic clock, as text. */
  readonly at: string;
}

/** Another process that evaluates a flag. */
export interface Witness {
  /**
   * Returns the time of the first answer with this value, in nanoseconds of `process.hrtime.bigint()`.
   *
   * @throws Error when it does not within a minute
   */
  readonly answers: (value: boolean) => Promise<bigint>;
  readonly stop: () => Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Starts a process with only this environment. */
export function startWitness(key: string, env: Readonly<Record<string, string>>): Witness {
  const child = fork(new URL("./witness-process.ts", import.meta.url), [key], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let seen: Seen | undefined;
  child.on("message", (message: Seen) => {
    seen = message;
  });
  return {
    answers: async (value) => {
      const deadline = AbortSignal.timeout(PATIENCE_MS);
      for (;;) {
        if (seen?.value === value) return BigInt(seen.at);
        await once(child, "message", { signal: deadline });
      }
    },
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
