import { readFile, stat } from "node:fs/promises";
import type { Surroundings } from "./surroundings.ts";

const POLL_MS = 2000;
/** A file of overrides is a few lines; anything longer is another file. */
const LARGEST_BYTES = 1024 * 1024;

export interface OverrideFile {
  readonly path: string;
  readonly text: string;
}

export interface OverrideFileWatch {
  /** Reads now; resolves when the outcome was told. Never rejects. */
  readonly check: () => Promise<void>;
  /** The last reading found no file: nothing is wrong, unless the path is. */
  readonly isMissing: () => boolean;
  readonly close: () => void;
}

/**
 * Follows a file by its content, not by events: a mounted ConfigMap, an editor that renames, and a network share all change
 * in ways that file events miss. A missing file says nothing; one that cannot be read keeps what was read before.
 *
 * @param changed  told whenever the text is another one; undefined when there is no file
 * @param failed   told once for each new reason why it cannot be read
 */
export function watchOverrideFile(
  path: string,
  surroundings: Surroundings,
  changed: (file: OverrideFile | undefined) => void,
  failed: (reason: string) => void,
): OverrideFileWatch {
  let text: string | undefined;
  let reason: string | undefined;
  let isMissing = false;
  let isClosed = false;
  let cancel = (): void => {};
  let running: Promise<void> | undefined;

  async function look(): Promise<void> {
    const read = await readText(path);
    if (isClosed) return;
    isMissing = "text" in read && read.text === undefined;
    if ("reason" in read) {
      if (read.reason !== reason) failed(read.reason);
      reason = read.reason;
      return;
    }
    reason = undefined;
    const isChanged = read.text !== text;
    text = read.text;
    if (!isChanged) return;
    try {
      changed(text === undefined ? undefined : { path, text });
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  }

  function check(): Promise<void> {
    running ??= look().finally(() => {
      running = undefined;
      cancel();
      if (!isClosed) cancel = surroundings.after(POLL_MS, () => void check());
    });
    return running;
  }

  return {
    check,
    isMissing: () => isMissing,
    close: () => {
      isClosed = true;
      cancel();
    },
  };
}

async function readText(path: string): Promise<{ readonly text: string | undefined } | { readonly reason: string }> {
  try {
    const found = await stat(path);
    // Reading a pipe or a device would wait for ever.
    if (!found.isFile()) return { reason: "it is no regular file" };
    if (found.size > LARGEST_BYTES) return { reason: `it has ${found.size} bytes, more than ${LARGEST_BYTES}` };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" || code === "ENOTDIR" ? { text: undefined } : { reason: String(code ?? error) };
  }
}
