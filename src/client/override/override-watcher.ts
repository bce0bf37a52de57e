import type { LocatedSource } from "../../core/override/override.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { OVERRIDE_READERS } from "./override-readers.ts";

const POLL_MS = 2000;

/**
 * Watches a source of override lines by reading it every 2 s, because file events miss changes to mounted ConfigMaps and
 * network shares, and editors that replace the file. A missing source means no overrides. If the source cannot be read, the
 * overrides read before stay in force, and each new reason is logged once.
 *
 * @param onChanged  called whenever the text has changed; with undefined when the source has been removed
 */
export function watchOverrideSource(
  { origin, path }: LocatedSource,
  clock: Clock,
  logger: Logger,
  onChanged: (text: string | undefined) => void,
) {
  let text: string | undefined;
  let reason: string | undefined;
  let isMissing = false;
  let isClosed = false;
  let cancel = (): void => {};
  let reading: Promise<void> | undefined;

  function logFailure(why: string): void {
    logger.error(`override ${origin} ${path} cannot be read (${why}); the overrides read before stay in force`);
  }

  async function read(): Promise<void> {
    const found = await OVERRIDE_READERS[origin](path, true);
    if (isClosed) return;
    isMissing = "text" in found && found.text === undefined;
    if ("reason" in found) {
      if (found.reason !== reason) logFailure(found.reason);
      reason = found.reason;
      return;
    }
    reason = undefined;
    const isChanged = found.text !== text;
    text = found.text;
    if (!isChanged) return;
    try {
      onChanged(text);
    } catch (error) {
      logFailure(error instanceof Error ? error.message : String(error));
    }
  }

  function check(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
      cancel();
      if (!isClosed) cancel = clock.after(POLL_MS, () => void check());
    });
    return reading;
  }

  return {
    /** Reads the source now. Resolves after a change has been reported. Never rejects. */
    check,
    /** Logs that the source is missing: if its path is wrong, a kill in the intended source would have no effect. */
    logIfMissing: () => {
      if (isMissing) logger.info(`override ${origin} ${path} does not exist yet; it is checked every 2 s`);
    },
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}
