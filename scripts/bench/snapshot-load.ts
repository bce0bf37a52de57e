// One client in a process of its own: how long until it answers from the table, in milliseconds. node snapshot-load.ts URL
import { createFlags } from "../../src/client/create-flags.ts";

const start = performance.now();
const flags = await createFlags({ environment: "staging", database: process.argv[2] ?? "", initialTimeoutMs: 60_000 });
const ms = performance.now() - start;
const { errorCode } = flags.evaluate("generated_flag_7", false, { userId: "user-42" });
console.log(errorCode === undefined ? `${ms.toFixed(0)} ms` : `no answer: ${errorCode}`);
await flags.close();
