import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { entryText } from "./entry.ts";
import { failureReason, fileError, isMissing } from "./failure.ts";

/** Limits one read, so that neither a huge file nor a path that does not answer stops the program. */
export interface ReadLimits {
  readonly maxBytes: number;
  /** The longest time that the read may take; 5 s unless given. */
  readonly timeoutMs?: number;
  /** Ends the read. */
  readonly signal?: AbortSignal | undefined;
  /** True to return the first `maxBytes` of a larger file instead of refusing the file. */
  readonly isCut?: boolean;
  /** True to refuse a link as the last part of the path; otherwise a link to a regular file is followed. */
  readonly refusesLink?: boolean;
  /** Returns why a file is not acceptable, e.g. because of its owner. */
  readonly problemOf?: (file: Stats) => string | undefined;
}

/** The result of a read. */
export type FileReading =
  /** `size` is that of the whole file, which is larger than `bytes` if they are cut. */
  | { readonly kind: "read"; readonly bytes: Uint8Array; readonly size: number }
  | { readonly kind: "missing"; readonly cause: unknown }
  /** `reason` is a clause, e.g. "it is a pipe, not a regular file". */
  | { readonly kind: "unusable"; readonly reason: string; readonly cause?: unknown };

const DEFAULT_TIMEOUT_MS = 5000;

/**
 * Reads a regular file. Pipes, sockets, devices and folders are refused, because reading them might never end. If the path
 * does not answer in time, for example on a network share that is gone, it is not asked again until it has answered: each
 * question occupies one of the few threads that Node.js has for files. Never rejects.
 */
export async function readRegularFile(path: string, limits: ReadLimits): Promise<FileReading> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = limits;
  if (signal?.aborted === true) return unusable("the read was ended");
  if (unanswered.has(path)) return unusable("it still does not answer");
  const stop = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<FileReading>();
  const reading = readNow(path, limits, stop.signal).catch((cause: unknown) => failed(cause));
  const timer = setTimeout(() => {
    unanswered.add(path);
    void reading.finally(() => unanswered.delete(path));
    end(unusable(`it did not answer within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  const onAbort = (): void => end(unusable("the read was ended"));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([reading, ended]);
  } finally {
    stop.abort();
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Reads a file that a command needs. Returns undefined if there is none. @throws FlagError FILE_UNUSABLE */
export async function readBytes(path: string, limits: ReadLimits): Promise<Uint8Array | undefined> {
  const reading = await readRegularFile(path, limits);
  if (reading.kind === "read") return reading.bytes;
  if (reading.kind === "missing") return undefined;
  throw fileError(`${path} cannot be read: ${reading.reason}`, { cause: reading.cause });
}

/** The paths whose last read timed out and has not ended yet. */
const unanswered = new Set<string>();

async function readNow(path: string, limits: ReadLimits, signal: AbortSignal): Promise<FileReading> {
  const { refusesLink = false, problemOf } = limits;
  // Opening a device can have an effect, so its kind is looked up first.
  const before = problemIn(await (refusesLink ? lstat : stat)(path), limits);
  if (before !== undefined) return unusable(before);
  const handle = await open(path, flagsOf(refusesLink));
  try {
    const found = await handle.stat();
    const problem = problemIn(found, limits) ?? problemOf?.(found);
    if (problem !== undefined) return unusable(problem);
    const bytes = await readUpTo(handle, limits.maxBytes + 1, found.size, signal);
    if (bytes.length <= limits.maxBytes) return { kind: "read", bytes, size: bytes.length };
    if (limits.isCut !== true) return unusable(tooLarge(bytes.length, limits.maxBytes));
    return { kind: "read", bytes: bytes.subarray(0, limits.maxBytes), size: Math.max(found.size, bytes.length) };
  } finally {
    await handle.close();
  }
}

/** With O_NONBLOCK, opening a pipe that took the place of a file returns at once. On Windows, which lacks them, both flags have no effect. */
function flagsOf(refusesLink: boolean): number {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  return O_RDONLY | O_NONBLOCK | (refusesLink ? O_NOFOLLOW : 0);
}

function problemIn(found: Stats, { maxBytes, isCut = false }: ReadLimits): string | undefined {
  if (!found.isFile()) return `it is ${entryText(found)}, not a regular file`;
  return found.size > maxBytes && !isCut ? tooLarge(found.size, maxBytes) : undefined;
}

function tooLarge(size: number, maxBytes: number): string {
  return `it has ${size} bytes; at most ${maxBytes} are read`;
}

/** The largest part that is read at once. Between two parts, the read can end. */
const PART_BYTES = 4 * 1024 * 1024;

/** Reads to the end of the file, or to a number of bytes. The size of a file may be wrong: /proc shows 0, and files grow. */
async function readUpTo(handle: FileHandle, most: number, size: number, signal: AbortSignal): Promise<Uint8Array> {
  let buffer = Buffer.allocUnsafe(Math.min(size + 1, most));
  let length = 0;
  while (length < most && !signal.aborted) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(most, Math.max(length * 2, 4096)));
    const { bytesRead } = await handle.read(buffer, length, Math.min(buffer.length - length, PART_BYTES), length);
    length += bytesRead;
    if (bytesRead === 0 || (length === size && length < most)) break;
  }
  return buffer.subarray(0, length);
}

function unusable(reason: string, cause?: unknown): FileReading {
  return cause === undefined ? { kind: "unusable", reason } : { kind: "unusable", reason, cause };
}

function failed(cause: unknown): FileReading {
  if (isMissing(cause)) return { kind: "missing", cause };
  return unusable(failureReason(cause), cause);
}
