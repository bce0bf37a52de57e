import { randomUUID } from "node:crypto";
import { openStore } from "../../../src/store/open.ts";
import { aWrite } from "../../store/rows.ts";

/** Syncs until it has written `count` times, with a new plan whenever another process was faster. */
const [url = "", name = "", count = "0"] = process.argv.slice(2);
const store = await openStore(url);
for (let written = 0; written < Number(count); ) {
  const from = await store.readHead();
  try {
    const writes = [aWrite({ key: "counter", columns: { description: `${name} ${written}` }, changedBy: name })];
    await store.apply({
      syncId: randomUUID(),
      from,
      commit: null,
      writes,
      startedBy: name,
      summary: {},
      newEpoch: null,
      verify: () => {},
    });
    written++;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "PLAN_STALE")) throw error;
  }
}
await store.close();
