import { randomUUID } from "node:crypto";
import { openStore } from "../../../src/store/open.ts";

/**
 * Uses a store and prints the result of each step, ok or an error code. Leaves store and watch open, which also shows
 * whether they keep a process alive.
 */
const [url = ""] = process.argv.slice(2);
const said: Record<string, string> = {};
async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    const result = await work();
    said[name] = "ok";
    return result;
  } catch (error) {
    said[name] = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return undefined;
  }
}

const store = await step("open", () => openStore(url));
if (store) {
  await step("read", () => store.read());
  const instance = { id: randomUUID(), host: "h", pid: process.pid, epoch: 1, revision: 0, overrides: {} };
  await step("heartbeat", () => store.heartbeat({ ...instance, startedAt: "2026-11-21T10:00:00.000Z" }));
  await new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, 10_000);
    store.watch(() => {
      said["watch"] = "ok";
      clearTimeout(patience);
      resolve();
    });
  });
}
process.stdout.write(`${JSON.stringify(said)}\n`);
