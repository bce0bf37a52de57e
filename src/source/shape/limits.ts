/** What a tree of flags may contain at most. Each limit has its own diagnostic. */
export const LIMITS = {
  /** The condition checks of one flag in one environment, with segments written out and required flags included. */
  tests: 10_000,
  /** The values that these checks and the lists of the default rollout compare with. */
  items: 100_000,
  rules: 200,
  /** The levels of nested conditions, segments included. */
  nesting: 16,
  /** The parts of a version range that are separated by `||`. */
  alternatives: 50,
  flags: 100_000,
  environments: 50,
} as const;
