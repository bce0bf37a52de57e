// A program that uses a flag, as applications are set up by default. It tells its parent its answer, and every change of it,
// with the moment: the monotonic clock of the machine, which all its processes share.
import { createFlags } from "../../src/index.ts";

/** How often it asks itself; evaluation is in memory, so that this costs next to nothing. */
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
