import type { ErrorCode } from "../core/errors.ts";

/** The exit codes. Each has one meaning in all commands, because CI branches on them. */
export const EXIT = {
  done: 0,
  internal: 1,
  changesPending: 2,
  invalid: 3,
  notAhead: 4,
  needsAcknowledgement: 5,
  wrongTarget: 6,
  repository: 7,
  database: 8,
  usage: 9,
  github: 10,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of each error. */
export const EXIT_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: EXIT.usage,
  INVALID_FLAGS: EXIT.invalid,
  FILE_UNUSABLE: EXIT.invalid,
  OUTPUT_FAILED: EXIT.internal,
  NO_FLAGS: EXIT.invalid,
  POLICY_BROKEN: EXIT.invalid,
  UNKNOWN_ENVIRONMENT: EXIT.wrongTarget,
  WRONG_DATABASE: EXIT.wrongTarget,
  NOT_A_REPOSITORY: EXIT.repository,
  SHALLOW_CLONE: EXIT.repository,
  PARTIAL_CLONE: EXIT.repository,
  UNKNOWN_COMMIT: EXIT.repository,
  GIT_FAILED: EXIT.repository,
  COMMIT_NOT_AHEAD: EXIT.notAhead,
  NEEDS_ACKNOWLEDGEMENT: EXIT.needsAcknowledgement,
  DRIFT: EXIT.needsAcknowledgement,
  PLAN_STALE: EXIT.database,
  STORE_UNREACHABLE: EXIT.database,
  STORE_LOCKED: EXIT.database,
  STORE_READ_ONLY: EXIT.database,
  STORE_CORRUPT: EXIT.database,
  STORE_FORBIDDEN: EXIT.database,
  STORE_MISSING: EXIT.database,
  STORE_EMPTY: EXIT.database,
  STORE_BEHIND: EXIT.database,
  STORE_OUTDATED: EXIT.database,
  STORE_NEWER: EXIT.database,
  STORE_ENCODING: EXIT.database,
  STORE_MISMATCH: EXIT.database,
  STORE_OUTCOME_UNKNOWN: EXIT.database,
  GITHUB_UNREACHABLE: EXIT.github,
  GITHUB_REFUSED: EXIT.github,
  GITHUB_RATE_LIMITED: EXIT.github,
  GITHUB_CONFLICT: EXIT.github,
};
