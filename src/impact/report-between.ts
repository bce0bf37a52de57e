import type { Flag } from "../core/flag/flag.ts";
import { stricterOf } from "../source/load/config.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import { changedSegments } from "./changed-segments.ts";
import { environmentReport } from "./environment.ts";
import { flagChanges } from "./flag-changes.ts";
import type { Stage } from "./stage.ts";
import type { PlanWithNeeds } from "./needs.ts";
import { plansBetween } from "./plans-between.ts";
import { stepsOf } from "./flips.ts";
import {
  attributesRead,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  generatePopulation,
  mostPeople,
  type Population,
} from "./population.ts";
import type { ChangeReport } from "./report.ts";
import { withRequired } from "./version-pair.ts";
import type { WarningInputs } from "./warnings.ts";

/** Options of {@link reportBetween}. */
export interface ReportOptions extends Pick<ChangeReport, "from" | "to">, WarningInputs {
  /** The result of {@link plansBetween} for the two states, if the caller has it already. */
  readonly plans?: readonly PlanWithNeeds[] | undefined;
  /** The number of inline tests of the new state that passed. Default: all. */
  readonly testsPassed?: number | undefined;
  /** The environments to report. Default: all. */
  readonly environments?: readonly string[] | undefined;
  /** The contexts of real people. Default: generated contexts. */
  readonly contexts?: Population | undefined;
  /** The number of contexts to generate. Default: {@link DEFAULT_SIZE}, or fewer if very many flags change. */
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
}

/**
 * Reports the effect on people of a change from one state of the files to another, in every environment that the second
 * declares. Reads neither git nor a table: the same two states and options give the same report.
 *
 * @param after  valid; its tests have been run
 */
export function reportBetween(before: LoadedFlags, after: LoadedFlags, options: ReportOptions): ChangeReport {
  const { from, to, testsPassed = after.testCount } = options;
  const all = stagesOf(before, after, options);
  const population = options.contexts ?? generatedPeople(after, all, options);
  const inputs = {
    ...options,
    population,
    segments: changedSegments(before, after),
    paths: new Map(after.flags.map(({ key, path }) => [key, path])),
  };
  const environments = all
    .filter(({ plan }) => options.environments?.includes(plan.environment) ?? true)
    .map((stage) => environmentReport(stage, inputs));
  return { from, to, environments, population: population.note, checks: { flags: after.fileCount, testsPassed } };
}

function stagesOf(before: LoadedFlags, after: LoadedFlags, options: ReportOptions): readonly Stage[] {
  const { from, to, plans = plansBetween(before, after, { from: from.commit, to: to.commit }) } = options;
  const stages: Stage[] = [];
  const limits = after.config && stricterOf(before.config, after.config);
  const guarded = new Set(limits?.environments.flatMap((each) => (each.protected ? [each.name] : [])));
  for (const plan of plans) {
    const { environment: name } = plan;
    const sides = { before: before.flagsFor(name), after: after.flagsFor(name) };
    stages.push({ plan, isProtected: guarded.has(name), sides, earlier: stages.at(-1) ?? null, work: after.work });
  }
  return stages;
}

/**
 * The maximum number of steps to evaluate every change once for every context. Above it, fewer contexts are generated, so
 * that reports stay fast.
 */
const MAX_STEPS = 12_000_000;
const MIN_PEOPLE = 200;

/** Generates contexts for the changed flags and for those that they require: no other flag's conditions matter. */
function generatedPeople(after: LoadedFlags, stages: readonly Stage[], options: ReportOptions): Population {
  const changes = stages.flatMap(({ plan, sides, work }) => flagChanges(plan, sides, work));
  const keys = new Set(changes.map(({ key }) => key));
  const flags = new Set<Flag>();
  for (const { sides } of stages) {
    for (const all of [sides.before, sides.after]) {
      for (const key of keys) for (const flag of withRequired({ flag: all.get(key) ?? null, all })) flags.add(flag);
    }
  }
  const attributes = attributesRead(after.config?.attributes ?? new Map(), flags);
  const steps = changes.reduce((sum, change) => sum + stepsOf(change.before) + stepsOf(change.after), 1);
  const affordable = Math.min(DEFAULT_SIZE, Math.floor(MAX_STEPS / steps), mostPeople(attributes.size));
  const { sample: size = Math.max(MIN_PEOPLE, affordable), seed = DEFAULT_SEED } = options;
  return generatePopulation(attributes, flags, { size, seed });
}
