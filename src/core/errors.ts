/** Every code we throw, and its meaning. Codes are API: add, never rename or reuse. */
export const ERROR_CODES = {
  USAGE: "the command, option or setting is not one we know",
  INVALID_FLAGS: "flag files have errors",
  NO_FLAGS: "flags/ is missing or empty",
  POLICY_BROKEN: "a policy refuses the change, and no acknowledgement lifts it",
  UNKNOWN_ENVIRONMENT: "flags/_config.yaml does not declare the environment",
  WRONG_DATABASE: "the database serves another environment",
  NOT_A_REPOSITORY: "the folder is not in a git repository",
  SHALLOW_CLONE: "the clone is shallow: it has only part of the history",
  UNKNOWN_COMMIT: "the repository has no such commit",
  GIT_FAILED: "git answered with an error",
  COMMIT_NOT_AHEAD: "the live commit is not an ancestor of the one being synced",
  NEEDS_ACKNOWLEDGEMENT: "a dangerous change has not been acknowledged",
  DRIFT: "the table was changed by hand, and --on-drift says fail",
  PLAN_STALE: "the store changed after the plan was made",
  STORE_UNREACHABLE: "the flag database did not answer",
  STORE_LOCKED: "another process holds the flag database",
  STORE_READ_ONLY: "the flag database cannot be written",
  STORE_CORRUPT: "the flag database is damaged",
  STORE_FORBIDDEN: "the database role lacks a right",
  STORE_MISSING: "no flag database exists at that address yet",
  STORE_OUTDATED: "the flag database has an older schema and has to be migrated",
  STORE_NEWER: "the flag database has a newer schema than this program knows",
  STORE_MISMATCH: "what was read back is not what was written",
  STORE_OUTCOME_UNKNOWN: "the connection was lost while committing",
  GITHUB_UNREACHABLE: "GitHub did not answer, or answered with an error of its own",
  GITHUB_REFUSED: "GitHub refused the request",
  GITHUB_RATE_LIMITED: "GitHub's rate limit is used up",
  GITHUB_CONFLICT: "what GitHub has is no longer what the change was made from",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A failure that the caller cannot go on from: what was found and expected in the message, what to do next in the hint. */
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
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
