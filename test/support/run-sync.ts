import { databaseLabel } from "../../src/store/address.ts";
import { openStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { sync, type SyncOptions, type SyncOutcome } from "../../src/sync/sync.ts";

/** Runs a sync like the command line, with a store that a test can wrap.  @param where.around  wraps the real store */
export async function runSync(
  where: {
    readonly folder: string;
    readonly url: string;
    readonly environment: string;
    readonly ref?: string;
    readonly around?: (store: FlagStore) => FlagStore;
  },
  options: Partial<SyncOptions> = {},
): Promise<SyncOutcome> {
  const { folder, url, environment, ref = "HEAD", around = (store) => store } = where;
  return sync({
    origin: { folder, ref },
    environment,
    startedBy: "deploy@ci",
    database: databaseLabel(url),
    openStore: async () => around(await openStore(url)),
    progress: () => {},
    today: "2026-11-20",
    release: new Set(),
    onDrift: "keep",
    acknowledgedPlan: null,
    acceptLive: null,
    newEpoch: false,
    ...options,
  });
}
