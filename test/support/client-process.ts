import { fork } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { Evaluation, EvaluationContext } from "../../src/core/evaluate/evaluation.ts";

export interface ClientQuestion {
  readonly id: number;
  readonly key: string;
  readonly context: EvaluationContext;
}

interface ClientAnswer {
  readonly id: number;
  readonly evaluation: Evaluation;
}

/** A client in another process. */
export interface ClientProcess {
  ask(key: string, context: EvaluationContext): Promise<Evaluation>;
  /** Evaluates until the value is the expected one. Returns the last answer after 20 s. */
  settles(key: string, context: EvaluationContext, expected: unknown): Promise<Evaluation>;
}

const DEADLINE_MS = 20_000;

/**
 * Starts a client in another process. Resolves when it is ready; the process ends with the test.
 *
 * @param script  the script of another release
 */
export async function startClient(
  env: Readonly<Record<string, string>>,
  script = new URL("./processes/client.ts", import.meta.url).pathname,
): Promise<ClientProcess> {
  const child = fork(script, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child, "message");
  const waiting = new Map<number, (answer: Evaluation) => void>();
  child.on("message", ({ id, evaluation }: ClientAnswer) => {
    waiting.get(id)?.(evaluation);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (key: string, context: EvaluationContext) =>
    new Promise<Evaluation>((resolve) => {
      const id = ++asked;
      waiting.set(id, resolve);
      child.send({ id, key, context } satisfies ClientQuestion);
    });
  return {
    ask,
    settles: async (key, context, expected) => {
      const deadline = performance.now() + DEADLINE_MS;
      for (;;) {
        const answer = await ask(key, context);
        if (answer.value === expected || performance.now() > deadline) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
