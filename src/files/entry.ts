import { lstatSync, type Stats, statSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { failureReason, fileError, isMissing } from "./failure.ts";

/** Describes what a path leads to, e.g. `a symbolic link`. */
export function entryText(stats: Stats): string {
  if (stats.isFile()) return "a regular file";
  if (stats.isDirectory()) return "a folder";
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** Returns what is at a path, without following a link; undefined if nothing is there. @throws FlagError FILE_UNUSABLE */
export async function entryAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw fileError(`${path} cannot be read: ${failureReason(cause)}`, { cause });
  }
}

/** Returns what is at a path, without following a link; undefined if nothing is there, or the path cannot be reached. */
export function entryIfReachable(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Returns whether a file or folder exists, following links. Unlike `existsSync`, it does not report a path that cannot be
 * reached as missing.
 *
 * @throws FlagError FILE_UNUSABLE when a folder in the path cannot be entered
 */
export function existsAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw fileError(`${path} cannot be read: ${failureReason(cause)}`, {
      hint: "check the permissions: you need execute (x) permission on every folder in the path",
      cause,
    });
  }
}
