// Evaluates a flag as an application with default settings does. Sends its parent the first answer and every change, with the
// time on the machine's monotonic clock, which all processes share.
import { createFlags } from "../../src/index.ts";

/** The interval of evaluations, which happen in memory and cost next to nothing. */
const ASK_EVERY_MS = 1;

const [key = ""] = process.argv.slice(2);
const flags = await createFlags({ logger: false, snapshotFile: false });
let last: boolean | undefined;

function look(): void {
  const value = flags.isEnabled(key, { userId: "user-42" });
  if (value === last) return;
  last = value;
  process.send?.({ value, at: String(process.hrtime.bigint()) });
}

look();
setInterval(look, ASK_EVERY_MS);
process.on("disconnect", () => process.exit(0));
