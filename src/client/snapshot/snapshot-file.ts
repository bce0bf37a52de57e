import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, relative } from "node:path";
import { answerOf } from "../../files/answer.ts";
import { failureCode } from "../../files/failure.ts";
import { type ReadLimits, readRegularFile } from "../../files/read-file.ts";
import { writeFileSafely } from "../../files/write-file.ts";
import { isOlder, isSameHistory } from "../../store/store.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import {
  parseSavedSnapshot,
  peekSavedSnapshot,
  type SavedSnapshot,
  savedSnapshotText,
  type UnusableSnapshot,
} from "./saved-snapshot.ts";
import { disablesMore, keptRows, type Snapshot } from "./snapshot.ts";

/** The shortest time between two writes, however often flags change. A write that disables a flag does not wait. */
const BETWEEN_WRITES_MS = 5000;

/** How long the first write is delayed, so that it does not slow down an application that is just starting. */
const BEFORE_WRITE_MS = 100;

/** How long a write or a read may take before it counts as failed, e.g. on a network share that is gone. */
const ANSWER_MS = 10_000;

/** What to do about a file that cannot be written. */
const ADVICE = "set FLAGS_SNAPSHOT_FILE to a writable path";

/** How long closing waits for the last write. */
const CLOSE_MS = 1500;

/** Limits the size of a snapshot: 200,000 rows of more than 1 KB. A larger file is a mistake. */
const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024;

/**
 * Returns the bytes of the file that keeps the last good snapshot, the reason if it cannot be used, or undefined if there is no
 * file. The file must belong to this user or to root, and nobody else may be able to write to it: anybody who can decides which
 * flags are on while the database is down. Never rejects.
 */
export function savedSnapshotBytes(path: string, signal?: AbortSignal): Promise<SnapshotBytes> {
  return bytesAt(path, { problemOf: ownerProblem, signal });
}

/** Returns the bytes of a bundled snapshot, which may belong to any user; otherwise like {@link savedSnapshotBytes}. */
export function bundledSnapshotBytes(path: string, signal?: AbortSignal): Promise<SnapshotBytes> {
  return bytesAt(path, { signal });
}

type SnapshotBytes = Uint8Array | UnusableSnapshot | undefined;

async function bytesAt(path: string, more: Pick<ReadLimits, "problemOf" | "signal">): Promise<SnapshotBytes> {
  const found = await readRegularFile(path, { maxBytes: MAX_SNAPSHOT_BYTES, timeoutMs: ANSWER_MS, ...more });
  if (found.kind === "read") return found.bytes;
  return found.kind === "missing" ? undefined : { ok: false, reason: found.reason };
}

function ownerProblem({ uid, mode }: Stats): string | undefined {
  const own = process.geteuid?.();
  // Windows has neither owners nor modes of this kind.
  if (own === undefined) return undefined;
  if (uid !== own && uid !== 0) {
    return `it belongs to another user (uid ${uid}); it must belong to this user (uid ${own}) or to root`;
  }
  if ((mode & 0o022) === 0) return undefined;
  return `other users can write to it (mode ${(mode & 0o777).toString(8).padStart(4, "0")}); only its owner may: run chmod go-w`;
}

/**
 * Returns why the folder of a file lets others replace the file, e.g. by an earlier snapshot of this user. In a folder with the
 * sticky bit, such as /tmp, they can replace only their own files. This is a warning only, because the volumes of containers are
 * often writable for everybody, and a snapshot that is not used loses kills.
 */
async function folderProblem(path: string): Promise<string | undefined> {
  // Windows has no modes of this kind.
  if (process.geteuid === undefined) return undefined;
  for (const folder of new Set([dirname(path), dirname(await realpath(path))])) {
    const { mode } = await stat(folder);
    if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, "0");
      return `other users can replace it, because they can write to its folder (mode ${shown}): run chmod go-w ${folder}`;
    }
  }
  return undefined;
}

/**
 * Saves the last good snapshot in a file, which the next process reads if the database is unreachable when it starts. The file
 * is complete at every moment: a temporary file is written, flushed and renamed over it. Several processes may share the file; a
 * process with an older version of the same database does not replace it. The first failed write is logged.
 */
export function keepSnapshotFile(path: string, clock: Clock, logger: Logger) {
  let lastError: string | null = null;
  let isWarned = false;
  const warnAboutFolder = folderWarning(path, logger);
  let waiting: SavedSnapshot | undefined;
  let given: Snapshot | undefined;
  let writing: Promise<void> | undefined;
  let cancelPause: (() => void) | undefined;

  async function write(): Promise<void> {
    while (waiting !== undefined) {
      const saved = waiting;
      waiting = undefined;
      const replacing = replaceFile(path, saved).then(warnAboutFolder);
      try {
        await answerOf(replacing, ANSWER_MS);
        lastError = null;
      } catch (error) {
        failed(failureCode(error) ?? (error instanceof Error ? error.message : String(error)));
      }
      // While a write does not answer, the next one waits: each would occupy one of the threads that Node.js has for files.
      await replacing.catch(() => {});
    }
  }
  function failed(reason: string): void {
    lastError = reason;
    if (!isWarned) logger.warn(`snapshot file ${path} cannot be written (${reason}); ${ADVICE}`);
    isWarned = true;
  }
  function start(): void {
    writing ??= write().finally(() => {
      writing = undefined;
    });
  }
  function startAndPause(): void {
    cancelPause?.();
    start();
    cancelPause = clock.after(BETWEEN_WRITES_MS, () => {
      cancelPause = undefined;
      if (waiting !== undefined) startAndPause();
    });
  }

  return {
    /** Writes the snapshot soon, unless a newer one replaces it first; at once if it disables a flag of the last one. */
    save: (snapshot: Snapshot) => {
      waiting = savedFrom(snapshot, clock.today());
      if (given !== undefined && disablesMore(snapshot, given)) startAndPause();
      else cancelPause ??= clock.after(BEFORE_WRITE_MS, startAndPause, true);
      given = snapshot;
    },
    status: () => ({ path, lastError }),
    /** Writes the snapshot that is still waiting, if any, unless the disk does not answer. Never rejects. */
    close: async () => {
      cancelPause?.();
      start();
      await waitForLastWrite(clock, writing);
    },
  };
}

/** Creates a function that warns once if others can replace the file. Never rejects. */
function folderWarning(path: string, logger: Logger): () => Promise<void> {
  let isChecked = false;
  return async () => {
    if (isChecked) return;
    isChecked = true;
    const problem = await answerOf(folderProblem(path), ANSWER_MS).catch(() => undefined);
    if (problem !== undefined) logger.warn(`snapshot file ${path}: ${problem}`);
  };
}

function savedFrom(snapshot: Snapshot, today: Date): SavedSnapshot {
  const { head, rows, isDiverged } = snapshot;
  const saved = { head, rows, kept: keptRows(snapshot), savedAt: today.toISOString() };
  return isDiverged ? { ...saved, isDiverged } : saved;
}

async function waitForLastWrite(clock: Clock, writing: Promise<void> | undefined): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const cancel = clock.after(CLOSE_MS, timeout.resolve, true);
  await Promise.race([writing, timeout.promise]);
  cancel();
}

async function replaceFile(path: string, saved: SavedSnapshot): Promise<void> {
  const present = await savedSnapshotBytes(path);
  if (present instanceof Uint8Array && isAsGood(present, saved)) return;
  const root = trustedFolder(path);
  const content = savedSnapshotText(saved);
  await writeFileSafely({ root, path: relative(root, path), content, isPrivate: true });
}

/** The default folder `.flaghoist` is in the repository, where a commit can contain a link in its place. */
function trustedFolder(path: string): string {
  const folder = dirname(path);
  return basename(folder) === ".flaghoist" ? dirname(folder) : folder;
}

/** Returns whether the present file holds a newer version of the same database, or the same content. */
function isAsGood(present: Uint8Array, saved: SavedSnapshot): boolean {
  const peeked = peekSavedSnapshot(present);
  if (peeked !== undefined && !mustStay(peeked, saved)) {
    const again = { ...saved, savedAt: peeked.savedAt };
    return peeked.head.revision === saved.head.revision && Buffer.from(savedSnapshotText(again)).equals(present);
  }
  // Only an undamaged file may prevent the write.
  const parsed = parseSavedSnapshot(present, saved.head.environment);
  return parsed.ok && mustStay(parsed.saved, saved);
}

/** Returns whether a file is of a newer version, or keeps the kills that a restored backup may lack at a higher revision. */
function mustStay(present: Pick<SavedSnapshot, "head" | "isDiverged">, saved: SavedSnapshot): boolean {
  if (present.isDiverged && !saved.isDiverged && isSameHistory(present.head, saved.head)) return true;
  return isOlder(saved.head, present.head);
}
