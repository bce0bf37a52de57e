import { readFile, stat } from "node:fs/promises";
import type { OverrideText } from "../../core/override/override.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";

const POLL_MS = 2000;
/** An override file has a few lines; a file larger than this is a mistake. */
const MAX_BYTES = 1024 * 1024;

/**
 * Watches an override file by reading it every 2 s, because file events miss changes to mounted ConfigMaps and network
 * shares, and editors that replace the file. A missing file means no overrides. If the file cannot be read, the overrides
 * read before stay in force, and each new reason is logged once.
 *
 * @param onChanged  called whenever the text has changed; with an empty list when the file has been removed
 */
export function watchOverrideFile(
  path: string,
  clock: Clock,
  logger: Logger,
  onChanged: (texts: readonly OverrideText[]) => void,
) {
  let text: string | undefined;
  let reason: string | undefined;
  let isMissing = false;
  let isClosed = false;
  let cancel = (): void => {};
  let reading: Promise<void> | undefined;

  function logFailure(why: string): void {
    logger.error(`override file ${path} cannot be read (${why}); the overrides read before stay in force`);
  }

  async function read(): Promise<void> {
    const found = await readText(path);
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
      onChanged(text === undefined ? [] : [{ origin: "file", path, text }]);
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
    /** Reads the file now. Resolves after a change has been reported. Never rejects. */
    check,
    /** Logs that the file is missing: if its path is wrong, a kill in the intended file would have no effect. */
    logIfMissing: () => {
      if (isMissing) logger.info(`override file ${path} does not exist yet; it is checked every 2 s`);
    },
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}

async function readText(path: string): Promise<{ readonly text: string | undefined } | { readonly reason: string }> {
  try {
    const found = await stat(path);
    // Reading a pipe or a device would wait forever.
    if (!found.isFile()) return { reason: "it is not a regular file" };
    if (found.size > MAX_BYTES) return { reason: `it has ${found.size} bytes; at most ${MAX_BYTES} are read` };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR" ? { text: undefined } : { reason: String(code ?? error) };
  }
}
