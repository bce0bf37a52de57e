import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isOlder } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import {
  parseSavedSnapshot,
  peekSavedSnapshot,
  type SavedSnapshot,
  savedSnapshotText,
  type UnusableSnapshot,
} from "./saved-snapshot.ts";
import { keptRows, type Snapshot } from "./snapshot.ts";

/** The shortest time between two writes, however often flags change. */
const BETWEEN_WRITES_MS = 5000;

/** How long the first write is delayed, so that it does not slow down an application that is just starting. */
const BEFORE_WRITE_MS = 100;

/** Returns the bytes of a snapshot file, the reason if they cannot be read, or undefined if there is no file. Never rejects. */
export async function snapshotBytes(path: string): Promise<Uint8Array | UnusableSnapshot | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    return { ok: false, reason: `it cannot be read: ${errorCode(error)}` };
  }
}

/**
 * Saves the last good snapshot in a file, which the next process reads if the database is unreachable when it starts. The file
 * is complete at every moment: a temporary file is written, flushed and renamed over it. Several processes may share the file; a
 * process with an older version of the same database does not replace it. The first failed write is logged.
 */
export function keepSnapshotFile(path: string, clock: Clock, logger: Logger) {
  let lastError: string | null = null;
  let isWarned = false;
  let waiting: SavedSnapshot | undefined;
  let writing: Promise<void> | undefined;
  let cancelPause: (() => void) | undefined;

  async function write(): Promise<void> {
    while (waiting !== undefined) {
      const saved = waiting;
      waiting = undefined;
      try {
        await replaceFile(path, saved);
        lastError = null;
      } catch (error) {
        lastError = errorCode(error);
        if (!isWarned) logFailure(lastError);
        isWarned = true;
      }
    }
  }
  function logFailure(reason: string): void {
    logger.warn(`snapshot file ${path} cannot be written (${reason}); set FLAGS_SNAPSHOT_FILE to a writable path`);
  }
  function start(): void {
    writing ??= write().finally(() => {
      writing = undefined;
    });
  }
  function startAndPause(): void {
    start();
    cancelPause = clock.after(BETWEEN_WRITES_MS, () => {
      cancelPause = undefined;
      if (waiting !== undefined) startAndPause();
    });
  }

  return {
    /** Writes the snapshot soon, unless a newer one replaces it first. */
    save: (snapshot: Snapshot) => {
      const { head, rows } = snapshot;
      waiting = { head, rows, kept: keptRows(snapshot), savedAt: clock.today().toISOString() };
      cancelPause ??= clock.after(BEFORE_WRITE_MS, startAndPause, true);
    },
    status: () => ({ path, lastError }),
    /** Writes the snapshot that is still waiting, if any. Never rejects. */
    close: async () => {
      cancelPause?.();
      start();
      await writing;
    },
  };
}

async function replaceFile(path: string, saved: SavedSnapshot): Promise<void> {
  const present = await snapshotBytes(path);
  if (present instanceof Uint8Array && isAsGood(present, saved)) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(savedSnapshotText(saved));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await flushFolder(dirname(path));
}

/** Returns whether the present file holds a newer version of the same database, or the same content. */
function isAsGood(present: Uint8Array, saved: SavedSnapshot): boolean {
  const peeked = peekSavedSnapshot(present);
  if (peeked !== undefined && !isOlder(saved.head, peeked.head)) {
    const again = { ...saved, savedAt: peeked.savedAt };
    return peeked.head.revision === saved.head.revision && Buffer.from(savedSnapshotText(again)).equals(present);
  }
  // Only an undamaged file may prevent the write.
  const parsed = parseSavedSnapshot(present, saved.head.environment);
  return parsed.ok && isOlder(saved.head, parsed.saved.head);
}

/** Flushes the folder, so that the rename survives a power cut. If a folder cannot be flushed, the file is still complete. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
