import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Head } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { parseSavedSnapshot, peekSavedSnapshot, type SavedSnapshot, savedSnapshotText } from "./saved-snapshot.ts";
import { keptRows, type Snapshot } from "./snapshot.ts";

/** The shortest time between two writes, however often flags change. */
const BETWEEN_WRITES_MS = 5000;

/** How long the first write is delayed, so that it does not slow down an application that is just starting. */
const BEFORE_WRITE_MS = 100;

/** Returns the bytes of a snapshot file, why they cannot be read, or undefined if there is no file. Never rejects. */
export async function snapshotBytes(path: string): Promise<Uint8Array | UnreadableFile | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    return { ok: false, reason: `it cannot be read: ${errorCode(error)}` };
  }
}

interface UnreadableFile {
  readonly ok: false;
  readonly reason: string;
}

/** The file that the next process reads when it finds no database at its start. */
export interface SnapshotFile {
  readonly save: (snapshot: Snapshot) => void;
  readonly status: () => { readonly path: string; readonly lastError: string | null };
  readonly close: () => Promise<void>;
}

/** Keeps the last good snapshot in a file. Logs one warning if the file cannot be written, whatever the reasons are later. */
export function keepSnapshotFile(path: string, clock: Clock, logger: Logger): SnapshotFile {
  let lastError: string | null = null;
  let isWarned = false;
  const saver = startSnapshotSaver(path, clock, (reason) => {
    lastError = reason ?? null;
    if (reason === undefined || isWarned) return;
    isWarned = true;
    logger.warn(`snapshot file ${path} cannot be written (${reason}); set FLAGS_SNAPSHOT_FILE to a writable path`);
  });
  return {
    save: (snapshot) => {
      const { head, rows } = snapshot;
      saver.save({ head, rows, kept: keptRows(snapshot), savedAt: clock.today().toISOString() });
    },
    status: () => ({ path, lastError }),
    close: saver.close,
  };
}

interface SnapshotSaver {
  /** Writes the snapshot soon, unless a newer one replaces it first. */
  readonly save: (saved: SavedSnapshot) => void;
  /** Writes what is still waiting. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Writes snapshots to one file that is complete at every moment: a temporary file is written, flushed and renamed over it.
 * Several processes may share the file; a process with older data of the same epoch does not replace it.
 *
 * @param onWritten  called after each write: with the reason of a failure, or undefined
 */
export function startSnapshotSaver(
  path: string,
  clock: Clock,
  onWritten: (reason: string | undefined) => void,
): SnapshotSaver {
  let waiting: SavedSnapshot | undefined;
  let writing: Promise<void> | undefined;
  let cancelPause: (() => void) | undefined;

  async function write(): Promise<void> {
    while (waiting !== undefined) {
      const saved = waiting;
      waiting = undefined;
      try {
        await replaceFile(path, saved);
        onWritten(undefined);
      } catch (error) {
        onWritten(errorCode(error));
      }
    }
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
    save: (saved) => {
      waiting = saved;
      cancelPause ??= clock.after(BEFORE_WRITE_MS, startAndPause, true);
    },
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

/** Returns whether the present file holds a newer revision, or the same content. */
function isAsGood(present: Uint8Array, saved: SavedSnapshot): boolean {
  const peeked = peekSavedSnapshot(present);
  if (peeked !== undefined && !isNewer(peeked.head, saved.head)) {
    const again = { ...saved, savedAt: peeked.savedAt };
    return isSame(peeked.head, saved.head) && Buffer.from(savedSnapshotText(again)).equals(present);
  }
  // Only an undamaged file may prevent the write.
  const parsed = parseSavedSnapshot(present, saved.head.environment);
  return parsed.ok && isNewer(parsed.saved.head, saved.head);
}

function isNewer(present: Head, own: Head): boolean {
  return present.storeId === own.storeId && present.epoch === own.epoch && present.revision > own.revision;
}

function isSame(present: Head, own: Head): boolean {
  return present.storeId === own.storeId && present.epoch === own.epoch && present.revision === own.revision;
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
