import type { ManualChange } from "../core/plan/manual-change.ts";
import { describeFlag } from "../core/describe/describe.ts";
import { segmentsIn } from "../core/flag/condition.ts";
import { type Budget, take } from "../core/work.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { flagChanges, type FlagChange } from "./flag-changes.ts";
import type { Stage } from "./stage.ts";
import { eachFlip, measureFlips, stepsOf } from "./flips.ts";
import { estimated, exactly } from "./margin.ts";
import type { PlanWithNeeds } from "./needs.ts";
import type { Population } from "./population.ts";
import type { EnvironmentReport, FlagReport, Flips } from "./report.ts";
import { type WarningInputs, warningsOf } from "./warnings.ts";

/** The inputs that the reports of all environments share. */
export interface ReportInputs extends WarningInputs {
  readonly population: Population;
  /** The file of each flag. */
  readonly paths: ReadonlyMap<FlagKey, string>;
  /** The segments whose own text differs. */
  readonly segments: ReadonlySet<string>;
}

interface MeasuredChange {
  readonly change: FlagChange;
  readonly flips: Flips;
}

/** Reports the effect of one environment's plan on people. */
export function environmentReport(stage: Stage, inputs: ReportInputs): EnvironmentReport {
  const { plan, isProtected } = stage;
  const { population, manualChanges } = inputs;
  const measured = flagChanges(stage.plan, stage.sides, stage.work)
    .map((change) => ({ change, flips: measureFlips({ ...change, population, budget: stage.work.reports }) }))
    // A flag that only requires a changed one is reported only if its answers can change, however few people that affects.
    .filter(({ change, flips }) => change.action !== "reached" || (change.kind !== "no-op" && !isNobody(flips)))
    .sort((a, b) => b.flips.flipped.share - a.flips.flipped.share || (a.change.key < b.change.key ? -1 : 1));
  const reached = measured.filter(({ change }) => change.action === "reached").length;
  return {
    environment: plan.environment,
    isProtected,
    flags: measured.map((each) => flagReport(each, stage, inputs)),
    unchanged: plan.unchanged - reached,
    ...anyFlipped(measured, population, stage.work.reports),
    needs: plan.needs,
    problems: plan.problems,
    planId: plan.id,
    manualChanges: manualChangesIn(plan, manualChanges?.get(plan.environment)),
  };
}

/** Returns whether it is certain that nobody at all gets a different answer. */
function isNobody({ method, flipped, among }: Flips): boolean {
  return method === "exact" && flipped.share === 0 && among.length === 0;
}

function flagReport({ change, flips }: MeasuredChange, stage: Stage, inputs: ReportInputs): FlagReport {
  const { key, action, kind, differences, before, after, required } = change;
  return {
    key,
    path: action === "reached" ? (inputs.paths.get(key) ?? null) : change.path,
    action,
    kind,
    differences,
    via: [
      ...segmentsOf(change, inputs.segments).map((name) => `segment ${name}`),
      ...required.map((name) => `requires ${name}`),
    ],
    before: before.flag && describeFlag(before.flag).text,
    after: after.flag && describeFlag(after.flag).text,
    flips,
    needs: stage.plan.needs.filter((need) => need.key === key),
    warnings: warningsOf(change, stage, inputs.population, inputs),
  };
}

/** Returns the changed segments that the rules of a flag name, directly or through other segments. */
function segmentsOf({ before, after }: FlagChange, changed: ReadonlySet<string>): readonly string[] {
  if (changed.size === 0) return [];
  const rules = [...(before.flag?.rules ?? []), ...(after.flag?.rules ?? [])];
  const used = new Set(rules.flatMap(({ when }) => segmentsIn(when)).map(({ name }) => name));
  return [...used].filter((name) => changed.has(name)).sort();
}

/**
 * Returns the manual changes and their outcomes. Those of flags that the branch does not change stay, because changes of
 * the base are not part of the branch.
 */
function manualChangesIn(
  { changes }: PlanWithNeeds,
  edits: readonly ManualChange[] | undefined,
): readonly ManualChange[] | null {
  if (edits === undefined) return null;
  const changed = new Set(changes.map(({ key }) => key));
  return edits.map((edit) =>
    changed.has(edit.key) || edit.outcome === "undone" ? edit : { ...edit, outcome: "stays" },
  );
}

/**
 * Measures for how many people at least one flag answers differently.
 *
 * @param measured  in descending order of flips, so that people who are counted early need no further evaluation
 */
function anyFlipped(measured: readonly MeasuredChange[], population: Population, budget: Budget): AnyFlipped {
  const open = measured.filter(({ flips }) => flips.flipped.share > 0 || flips.flipped.margin > 0);
  const [first, ...others] = open;
  if (first === undefined) return { flipped: exactly(0), among: namesIn(measured, "among"), guessed: [] };
  if (others.length === 0) return figureOf(first);
  const whole = open.find(({ flips: { flipped } }) => flipped.share === 1 && flipped.margin === 0);
  if (whole !== undefined) return figureOf(whole);
  const { contexts, note } = population;
  const steps = open.reduce((sum, { change: { before, after } }) => sum + stepsOf(before) + stepsOf(after), 0);
  const isTooLarge = open.some(({ flips }) => flips.method === "too-large");
  if (isTooLarge || !take(budget, steps * contexts.length)) {
    const { share } = first.flips.flipped;
    return { ...figureOf(first), flipped: { share, margin: 1 - share } };
  }
  const isFlipped = new Uint8Array(contexts.length);
  for (const { change } of open) {
    const flip = (person: number) => (isFlipped[person] = 1);
    eachFlip({ ...change, population }, flip, (person) => isFlipped[person] === 0);
  }
  const count = isFlipped.reduce((sum, flipped) => sum + flipped, 0);
  const flipped = note.source === "file" ? exactly(count / contexts.length) : estimated(count, contexts.length);
  return { flipped, among: namesIn(open, "among"), guessed: namesIn(open, "guessed") };
}

function figureOf({ flips: { flipped, among, guessed } }: MeasuredChange): AnyFlipped {
  return { flipped, among, guessed };
}

type AnyFlipped = Pick<EnvironmentReport, "flipped" | "among" | "guessed">;

function namesIn(measured: readonly MeasuredChange[], names: "among" | "guessed"): readonly string[] {
  return [...new Set(measured.flatMap(({ flips }) => flips[names]))].sort();
}
