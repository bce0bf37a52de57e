// One sync in a process of its own, which says each step at the moment when it begins it: `hoist sync` without the command
// line around it, so that it starts fast enough to be killed often. It ends when its standard input does.
import { writeSync } from "node:fs";
import { databaseLabel } from "../../../src/store/address.ts";
import { openStoreToSync } from "../../../src/store/open.ts";
import { sync } from "../../../src/sync/sync.ts";

const [folder = "", ref = "", environment = "", url = ""] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const outcome = await sync({
    origin: { folder, ref },
    environment,
    startedBy: "deploy@ci",
    database: databaseLabel(url),
    openStore: () => openStoreToSync(url, environment),
    progress: say,
    today: "2026-11-20",
    release: new Set(),
    onDrift: "keep",
    acknowledgedPlan: null,
    acceptLive: null,
    newEpoch: false,
  });
  say(`outcome ${outcome.kind}`);
} catch (error) {
  say(`error ${error instanceof Error && "code" in error ? String(error.code) : String(error)}`);
}
process.stdin.resume();
