// A program that uses flags, in a process of its own: asked over IPC, it answers from its snapshot.
import { createFlags } from "../../../src/index.ts";
import type { ClientQuestion } from "../client-process.ts";

const client = await createFlags({ pollIntervalMs: 1000, logger: false });

process.on("message", ({ id, key, context }: ClientQuestion) => {
  process.send?.({ id, evaluation: client.evaluate(key, false, context) });
});
process.on("disconnect", () => void client.close());
process.send?.({ id: 0, status: client.status() });
