/**
 * The steps that one run may still spend on one purpose. Steps are counted and time is not measured, so the same files
 * give the same answer on every machine.
 */
export interface Budget {
  left: number;
}

/**
 * The work that one run of a command may do beyond reading its files once. It is created once per run and passed to
 * everything whose cost could otherwise grow with the product of several parts of the files. What a spent budget leaves
 * undone is reported as "not checked: too large", and the run continues.
 */
export interface Work {
  /** Logic checks: contradictions and rules that can never apply. */
  readonly checks: Budget;
  /** Searches for names that are similar to an unknown one. */
  readonly names: Budget;
  /** Inline tests. */
  readonly tests: Budget;
  /** The kinds of changes, and what has to be acknowledged. */
  readonly changes: Budget;
  /** The measurement of jumps. */
  readonly jumps: Budget;
  /** The search for people who get something before the preceding environment serves it. */
  readonly stagingFirst: Budget;
  /** Reports of who gets a different answer. */
  readonly reports: Budget;
}

/** The number of flags that the steps below are meant for. More flags get more steps in proportion. */
const FLAGS = 1_000;

/** Creates the budgets of one run. @param flags  the number of flag files */
export function workFor(flags: number): Work {
  const scale = Math.max(1, flags / FLAGS);
  const budget = (steps: number): Budget => ({ left: Math.round(steps * scale) });
  return {
    checks: budget(10_000_000),
    names: budget(20_000_000),
    tests: budget(2_000_000),
    changes: budget(10_000_000),
    jumps: budget(20_000_000),
    stagingFirst: budget(20_000_000),
    reports: budget(30_000_000),
  };
}

/** Counts steps against a budget. Returns false once it is spent. */
export function take(budget: Budget, steps: number): boolean {
  budget.left -= steps;
  return budget.left >= 0;
}

/** Takes steps if enough are left, and returns whether they were; otherwise nothing is spent, because nothing is done. */
export function takeIfLeft(budget: Budget, steps: number): boolean {
  return budget.left >= steps && take(budget, steps);
}

/**
 * Does work with a part of a budget, so that one flag cannot use up what all others need.
 *
 * @param most  the maximum number of steps
 * @param work  receives the part
 */
export function withShare<Result>(budget: Budget, most: number, work: (share: Budget) => Result): Result {
  const steps = Math.min(budget.left, most);
  const share = { left: steps };
  const result = work(share);
  // A request for more than the part spends the part and nothing else.
  budget.left -= steps - Math.max(0, share.left);
  return result;
}
