import { printableLines } from "./printable.ts";

/** Maps every error code to its meaning. Codes are API: add new ones, never rename or reuse one. */
export const ERROR_CODES = {
  USAGE: "a command, option or setting is unknown or not valid",
  INVALID_FLAGS: "flag files have errors",
  FILE_UNUSABLE: "a file cannot be read or written, or is a link, which is not followed",
  OUTPUT_FAILED: "the result could not be printed",
  NO_FLAGS: "flags/ is missing or empty",
  POLICY_BROKEN: "a policy forbids the change, and an acknowledgement cannot allow it",
  UNKNOWN_ENVIRONMENT: "flags/_config.yaml does not declare the environment",
  WRONG_DATABASE: "the database belongs to another environment",
  NOT_A_REPOSITORY: "the folder is not in a git repository",
  SHALLOW_CLONE: "the clone is shallow: it has only part of the history",
  PARTIAL_CLONE: "the clone is partial: it lacks files that are needed",
  UNKNOWN_COMMIT: "the repository has no such commit, or the name is ambiguous",
  GIT_FAILED: "git reported an error",
  COMMIT_NOT_AHEAD: "the live commit is not an ancestor of the one being synced",
  NEEDS_ACKNOWLEDGEMENT: "a dangerous change has not been acknowledged",
  DRIFT: "the table has manual changes, and --on-drift is fail",
  PLAN_STALE: "the store changed after the plan was made",
  STORE_UNREACHABLE: "the flag database did not answer",
  STORE_LOCKED: "another process has locked the flag database",
  STORE_READ_ONLY: "the flag database cannot be written to",
  STORE_CORRUPT: "the flag database is damaged",
  STORE_FORBIDDEN: "the database role lacks a privilege",
  STORE_MISSING: "no flag database exists at that address yet",
  STORE_EMPTY: "no sync has written the rows of the flag database",
  STORE_BEHIND: "the flag database is at an older version than the flags that a program serves",
  STORE_OUTDATED: "the flag database has an older schema and has to be migrated",
  STORE_NEWER: "the flag database has a newer schema than this program knows",
  STORE_ENCODING: "the flag database has an encoding that cannot hold every flag",
  STORE_MISMATCH: "the rows read back differ from the rows that were written",
  STORE_OUTCOME_UNKNOWN: "the connection was lost while committing",
  GITHUB_UNREACHABLE: "GitHub did not respond, or responded with an error of its own",
  GITHUB_REFUSED: "GitHub refused the request",
  GITHUB_RATE_LIMITED: "GitHub's rate limit is used up",
  GITHUB_CONFLICT: "the content on GitHub changed after the edit was prepared",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error after which the caller cannot continue. The message says what was found and what was expected; the hint says
 * what to do next. Characters that are not printable are escaped, because both may contain any data.
 */
export class FlagError extends Error {
  override readonly name = "FlagError";
  readonly code: ErrorCode;
  /** What to do next, one line or several. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(printableLines(message), options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint && printableLines(options.hint);
  }
}
