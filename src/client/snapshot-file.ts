import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Head } from "../store/store.ts";
import {
  parseSavedSnapshot,
  type ParsedSnapshot,
  peekSavedSnapshot,
  type SavedSnapshot,
  savedSnapshotText,
} from "./saved-snapshot.ts";
import type { Surroundings } from "./surroundings.ts";

/** At most one write in this time, however often flags change. */
const BETWEEN_WRITES_MS = 5000;

/** How long an application that has just become ready is left alone before it saves what it has. */
const BEFORE_WRITE_MS = 100;

/** The last good snapshot on disk; undefined when there is none. Never rejects. */
export async function readSnapshotFile(path: string, environment: string): Promise<ParsedSnapshot | undefined> {
  const bytes = await snapshotBytes(path);
  return bytes instanceof Uint8Array ? parseSavedSnapshot(bytes, environment) : bytes;
}

/** The bytes of that file, unread, or why they cannot be had. Never rejects. */
export async function snapshotBytes(path: string): Promise<Uint8Array | (ParsedSnapshot & { ok: false }) | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    return { ok: false, reason: `it cannot be read: ${errorCode(error)}` };
  }
}

export interface SnapshotSaver {
  /** Soon on disk, unless a newer one is handed in before. */
  readonly save: (saved: SavedSnapshot) => void;
  /** Writes what still waits. Never rejects. */
  readonly close: () => Promise<void>;
}

/**
 * Keeps the last good snapshot in one file that is whole at every moment: written beside it, flushed, then renamed over it.
 * Several processes may share the file; one with older data of the same epoch leaves it alone.
 *
 * @param failed  told why a write failed, with every failure; undefined when one succeeded
 */
export function startSnapshotSaver(
  path: string,
  surroundings: Surroundings,
  failed: (reason: string | undefined) => void,
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
        failed(undefined);
      } catch (error) {
        failed(errorCode(error));
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
    cancelPause = surroundings.after(BETWEEN_WRITES_MS, () => {
      cancelPause = undefined;
      if (waiting !== undefined) startAndPause();
    });
  }

  return {
    save: (saved) => {
      waiting = saved;
      cancelPause ??= surroundings.after(BEFORE_WRITE_MS, startAndPause, true);
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

/** Whether what lies there is of a newer revision, or says the same. */
function isAsGood(present: Uint8Array, saved: SavedSnapshot): boolean {
  const peeked = peekSavedSnapshot(present);
  if (peeked !== undefined && !isNewer(peeked.head, saved.head)) {
    const again = { ...saved, savedAt: peeked.savedAt };
    return isSame(peeked.head, saved.head) && Buffer.from(savedSnapshotText(again)).equals(present);
  }
  // Only a whole file may keep ours out.
  const parsed = parseSavedSnapshot(present, saved.head.environment);
  return parsed.ok && isNewer(parsed.saved.head, saved.head);
}

function isNewer(present: Head, own: Head): boolean {
  return present.storeId === own.storeId && present.epoch === own.epoch && present.revision > own.revision;
}

function isSame(present: Head, own: Head): boolean {
  return present.storeId === own.storeId && present.epoch === own.epoch && present.revision === own.revision;
}

/** So that the rename itself survives a power cut; where a folder cannot be flushed, the file is still whole. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
