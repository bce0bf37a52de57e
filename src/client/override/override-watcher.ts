import type { LocatedSource } from "../../core/override/override.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { OVERRIDE_READERS, type Reading } from "./override-readers.ts";
import { type SaidText, settledText } from "./settled-text.ts";

const POLL_MS = 2000;
/** A read that takes longer is reported. It is not repeated before it has ended, because it occupies a thread. */
const READ_MS = 4000;

/**
 * Watches a source of override lines by reading it every 2 s, because file events miss changes to mounted ConfigMaps and
 * network shares, and editors that replace the file. A missing source means no overrides. If the source cannot be read, the
 * overrides read before stay in force, and each new reason is logged once.
 *
 * @param onChanged  called whenever what the source says has changed
 */
export function watchOverrideSource(
  { origin, path }: LocatedSource,
  clock: Clock,
  logger: Logger,
  onChanged: (said: SaidText) => void,
) {
  const use = createUse({ origin, path }, logger, onChanged);
  let isClosed = false;
  let cancel = (): void => {};
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const late = clock.after(READ_MS, () => use.failed(`no answer for ${READ_MS / 1000} s`));
    const found = await OVERRIDE_READERS[origin](path);
    late();
    if (!isClosed) use.found(found);
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
    /** Logs at the start that the source has not been read yet, e.g. because a disk does not answer. */
    logIfUnread: () => {
      if (use.isUnread()) {
        logger.error(
          `override ${origin} ${path} has not been read yet; until then none of its overrides is in force, kills included`,
        );
      }
    },
    /** Logs that the source is missing: if its path is wrong, a kill in the intended source would have no effect. */
    logIfMissing: () => {
      if (use.isMissing()) logger.info(`override ${origin} ${path} does not exist yet; it is checked every 2 s`);
    },
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}

/** Creates the functions that use the results of reading, and remember what the source said before. */
function createUse(
  { origin, path }: Pick<LocatedSource, "origin" | "path">,
  logger: Logger,
  onChanged: (said: SaidText) => void,
) {
  const settled = settledText();
  let said: SaidText = { text: "" };
  let wasRead = false;
  let isMissing = false;
  let reason: string | undefined;

  function failed(why: string): void {
    settled.failed();
    if (why === reason) return;
    reason = why;
    const rest = wasRead ? "the overrides read before stay in force" : "none of its overrides is in force";
    logger.error(`override ${origin} ${path} cannot be read (${why}); ${rest}`);
  }

  function found(reading: Reading): void {
    isMissing = "text" in reading && reading.text === undefined;
    if ("reason" in reading) {
      failed(reading.reason);
      return;
    }
    reason = undefined;
    wasRead = true;
    const next = settled.read(reading.text ?? "", reading.isCut);
    const isEmpty = next.text === "" && next.earlier === undefined;
    if (isMissing && isEmpty && said.earlier !== undefined) {
      logger.warn(`override ${origin} ${path} is gone: its overrides have ended, and its kills with them`);
    }
    const isChanged = next.text !== said.text || next.earlier !== said.earlier || next.isCut !== said.isCut;
    said = next;
    if (isChanged) onChanged(said);
  }

  return {
    failed,
    found: (reading: Reading): void => {
      try {
        found(reading);
      } catch (error) {
        failed(error instanceof Error ? error.message : String(error));
      }
    },
    isMissing: () => isMissing,
    isUnread: () => !wasRead && reason === undefined,
  };
}
