import { onTestFinished } from "vitest";
import { type OpenedFlags, openFlags } from "../../src/client/create-flags.ts";
import type { FlagsOptions } from "../../src/client/options.ts";
import { type FakeStore, heard, type ManualTime, manualTime, settle } from "./fakes.ts";

export interface Opened extends OpenedFlags {
  readonly time: ManualTime;
  readonly lines: readonly string[];
}

/** A client of production over a fake store and a clock that the test moves; closed after the test. */
export async function opened(store: FakeStore, options: FlagsOptions = {}, time = manualTime()): Promise<Opened> {
  const logger = heard();
  const opening = openFlags(
    { environment: "production", env: {}, snapshotFile: false, logger, ...options },
    { surroundings: time, openStore: store.open },
  );
  // Data that is there comes without the clock moving; without any, the initial timeout has to pass. Files take their real
  // time, and the clock must not move before they were read.
  const hasFiles = Boolean(options.snapshotFile || options.overrideFile || options.bundled);
  const patience = hasFiles ? new Promise<void>((resolve) => void setTimeout(resolve, 400)) : settle();
  const early = await Promise.race([opening, patience]);
  if (early === undefined) await time.advance(options.initialTimeoutMs ?? 1500);
  const client = await opening;
  onTestFinished(() => client.client.close());
  return { ...client, time, lines: logger.lines };
}
