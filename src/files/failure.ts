import { FlagError } from "../core/errors.ts";

/** The reasons of the most frequent errors of the file system, in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ENOENT", "it does not exist"],
  ["ENOTDIR", "a part of the path is not a folder"],
  ["EISDIR", "it is a folder"],
  ["ELOOP", "it is a symbolic link, or links form a loop"],
  ["ENOSPC", "no space is left on the disk"],
  ["EDQUOT", "the disk quota is exhausted"],
  ["EFBIG", "the file would be too large"],
  ["EROFS", "the file system is read-only"],
  ["EMFILE", "too many files are open"],
  ["ENAMETOOLONG", "its name is too long"],
  ["EIO", "the disk reported an error"],
]);

/** Returns the code of an error of the file system, e.g. `EACCES`; undefined for any other error. */
export function failureCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string" && !(error instanceof FlagError)) return error.code;
  return error.cause === undefined ? undefined : failureCode(error.cause);
}

/** Describes an error of the file system: `permission denied (EACCES)`. */
export function failureReason(error: unknown): string {
  const code = failureCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const reason = REASONS.get(code);
  return reason === undefined ? code : `${reason} (${code})`;
}

/** Returns whether the error says that nothing is at the path. A folder without permission to enter it is a different error. */
export function isMissing(error: unknown): boolean {
  const code = failureCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Creates the error about a path that cannot be read or written. */
export function fileError(
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): FlagError {
  return new FlagError("FILE_UNUSABLE", message, options);
}
