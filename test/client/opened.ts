import { onTestFinished } from "vitest";
import { openFlags } from "../../src/client/create-flags.ts";
import type { StartedClient } from "../../src/client/start-client.ts";
import type { FlagsOptions } from "../../src/client/options.ts";
import { type FakeStore, heard, type ManualClock, manualClock, settle } from "./fakes.ts";

export interface Opened extends StartedClient {
  readonly clock: ManualClock;
  readonly lines: readonly string[];
}

/** A client of production over a fake store and a clock that the test moves; closed after the test. */
export async function opened(store: FakeStore, options: FlagsOptions = {}, clock = manualClock()): Promise<Opened> {
  const logger = heard();
  const opening = openFlags(
    { environment: "production", env: {}, snapshotFile: false, logger, ...options },
    { clock, openStore: store.open },
  );
  // Data that is there comes without the clock moving; without any, the initial timeout has to pass. Files take their real
  // time, and the clock must not move before they were read.
  const hasFiles = Boolean(options.snapshotFile || options.overrideFile || options.bundled);
  const patience = hasFiles ? new Promise<void>((resolve) => void setTimeout(resolve, 400)) : settle();
  const early = await Promise.race([opening, patience]);
  if (early === undefined) await clock.advance(options.initialTimeoutMs ?? 1500);
  const client = await opening;
  onTestFinished(() => client.client.close());
  return { ...client, clock, lines: logger.lines };
}
