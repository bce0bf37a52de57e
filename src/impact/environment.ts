import type { PlanWithNeeds } from "./needs.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import { describeFlag } from "../core/describe/describe.ts";
import type { Flag } from "../core/flag/flag.ts";
import { flagChanges, type FlagChange, type Sides } from "./flag-changes.ts";
import { eachFlip, measureFlips } from "./flips.ts";
import { estimated, exactly } from "./margin.ts";
import type { Population } from "./population.ts";
import type { EnvironmentReport, FlagReport, Flips, Measured, ReportWarning } from "./report.ts";

export interface EnvironmentChange {
  readonly plan: PlanWithNeeds;
  readonly isProtected: boolean;
  readonly sides: Sides;
  readonly population: Population;
  /** What was written to the table by hand; null where no table was read. */
  readonly manualChanges: readonly ManualChange[] | null;
  /** The file of a flag that is as it was. */
  readonly pathOf: (flag: Flag) => string | null;
  /** The changed segments by way of which a flag differs. */
  readonly segmentsOf: (change: FlagChange) => readonly string[];
  readonly warningsOf: (change: FlagChange) => readonly ReportWarning[];
}

/** Reports what the plan of one environment does to people. */
export function environmentReport(change: EnvironmentChange): EnvironmentReport {
  const { plan, isProtected, sides, population, manualChanges } = change;
  const measured = flagChanges(plan, sides)
    .map((flag) => ({ flag, flips: measureFlips({ ...flag, population }) }))
    // A flag that only requires a changed one is reported where its answers change.
    .filter(({ flag, flips }) => flag.action !== "reached" || flips.flipped.share > 0);
  const flags = measured.map(({ flag, flips }) => flagReport(flag, flips, change));
  const reached = flags.filter(({ action }) => action === "reached").length;
  return {
    environment: plan.environment,
    isProtected,
    flags: flags.toSorted(byPeople),
    unchanged: plan.unchanged - reached,
    flipped: anyFlipped(measured, population),
    needs: plan.needs,
    problems: plan.problems,
    planId: plan.id,
    manualChanges,
  };
}

function flagReport(flag: FlagChange, flips: Flips, change: EnvironmentChange): FlagReport {
  const { key, action, kind, differences, before, after } = flag;
  const segments = change.segmentsOf(flag).map((name) => `segment ${name}`);
  return {
    key,
    path: action === "reached" && after.flag !== null ? change.pathOf(after.flag) : flag.path,
    action,
    kind,
    differences,
    via: [...segments, ...flag.required.map((name) => `requires ${name}`)],
    before: before.flag && describeFlag(before.flag).text,
    after: after.flag && describeFlag(after.flag).text,
    flips,
    needs: change.plan.needs.filter((need) => need.key === key),
    warnings: change.warningsOf(flag),
  };
}

function byPeople(a: FlagReport, b: FlagReport): number {
  return b.flips.flipped.share - a.flips.flipped.share || (a.key < b.key ? -1 : 1);
}

/** Sorts those that flip most people first: who is counted already need not be evaluated again. */
function byLargest(measured: readonly { readonly flag: FlagChange; readonly flips: Flips }[]): typeof measured {
  return measured.toSorted((a, b) => b.flips.flipped.share - a.flips.flipped.share);
}

/** Measures for how many people at least one flag answers differently. */
function anyFlipped(
  measured: readonly { readonly flag: FlagChange; readonly flips: Flips }[],
  population: Population,
): Measured {
  const open = measured.filter(({ flips }) => flips.flipped.share > 0 || flips.flipped.margin > 0);
  const [first, ...others] = open;
  if (first === undefined) return exactly(0);
  if (others.length === 0) return first.flips.flipped;
  const whole = open.find(({ flips: { flipped } }) => flipped.share === 1 && flipped.margin === 0);
  if (whole !== undefined) return whole.flips.flipped;
  const { contexts, note } = population;
  const isFlipped = new Uint8Array(contexts.length);
  for (const { flag } of byLargest(open)) {
    const flip = (person: number) => (isFlipped[person] = 1);
    eachFlip({ ...flag, population }, flip, (person) => isFlipped[person] === 0);
  }
  const count = isFlipped.reduce((sum, flipped) => sum + flipped, 0);
  return note.source === "file" ? exactly(count / contexts.length) : estimated(count, contexts.length);
}
