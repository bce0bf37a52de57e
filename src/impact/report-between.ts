import type { PlanWithNeeds } from "./needs.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { environmentReport } from "./environment.ts";
import { flagChanges, type FlagChange, type Sides } from "./flag-changes.ts";
import { type AttributeSpec, DEFAULT_SEED, DEFAULT_SIZE, generatePopulation, type Population } from "./population.ts";
import type { ChangeReport, ReportWarning } from "./report.ts";
import type { SeenOverride } from "./seen-overrides.ts";
import { withRequired } from "./version-pair.ts";
import { aheadWarning, expiryWarning, manualChangeWarnings, overrideWarnings } from "./warnings.ts";
import { stricterOf } from "../source/load/config.ts";
import { changedSegments, segmentsIn } from "./changed-segments.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import { plansBetween } from "./plans-between.ts";

export interface ReportOptions {
  readonly from: ChangeReport["from"];
  readonly to: ChangeReport["to"];
  /** What {@link plansBetween} says of the two, where somebody has asked it already. */
  readonly plans?: readonly PlanWithNeeds[] | undefined;
  /** `YYYY-MM-DD`, for what is about to expire. */
  readonly today: string;
  /** How many inline tests of the new state passed; every one unless given. */
  readonly testsPassed?: number | undefined;
  /** Only these; all unless given. */
  readonly environments?: readonly string[] | undefined;
  /** Real people to ask; else they are made. */
  readonly contexts?: Population | undefined;
  /** How many people are made, {@link DEFAULT_SIZE} unless given or where very many flags change, and from which seed. */
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
  /** By environment, what was written to its table by hand, where the table was read. */
  readonly manualChanges?: ReadonlyMap<string, readonly ManualChange[]> | undefined;
  /** By environment, what its running instances override, where they could be asked. */
  readonly overridden?: ReadonlyMap<string, readonly SeenOverride[]> | undefined;
}

/** One environment, and the one before it in the order of promotion. */
interface Stage {
  readonly plan: PlanWithNeeds;
  readonly isProtected: boolean;
  readonly sides: Sides;
  readonly earlier: Stage | null;
}

/**
 * What turning one state of the files into another does to the people, in every environment that the second declares. No
 * git, no table: the same two states and options give the same report.
 *
 * @param after  valid; its tests have been run
 */
export function reportBetween(before: LoadedFlags, after: LoadedFlags, options: ReportOptions): ChangeReport {
  const all = stagesOf(before, after, options);
  const stages = all.filter(({ plan }) => options.environments?.includes(plan.environment) ?? true);
  const population = options.contexts ?? madePeople(after, all, options);
  const segments = changedSegments(before, after);
  const paths = new Map(after.flags.map(({ key, path }) => [key, path]));
  const environments = stages.map((stage) =>
    environmentReport({
      ...stage,
      population,
      manualChanges: manualChangesIn(stage.plan, options),
      pathOf: ({ key }) => paths.get(key) ?? null,
      segmentsOf: (change) => changedIn(change, segments),
      warningsOf: (change) => warningsOf(change, stage, population, options),
    }),
  );
  return {
    from: options.from,
    to: options.to,
    environments,
    population: population.note,
    checks: { flags: after.fileCount, testsPassed: options.testsPassed ?? after.testCount },
  };
}

/** What was written by hand; of a flag that the branch leaves alone, it stays: what the base says meanwhile is not its doing. */
function manualChangesIn(
  { environment, changes }: PlanWithNeeds,
  { manualChanges }: ReportOptions,
): readonly ManualChange[] | null {
  const changed = new Set(changes.map(({ key }) => key));
  const edits = manualChanges?.get(environment);
  if (edits === undefined) return null;
  return edits.map((edit) =>
    changed.has(edit.key) || edit.outcome === "undone" ? edit : { ...edit, outcome: "stays" },
  );
}

function stagesOf(before: LoadedFlags, after: LoadedFlags, options: ReportOptions): readonly Stage[] {
  const { from, to, plans = plansBetween(before, after, { from: from.commit, to: to.commit }) } = options;
  const stages: Stage[] = [];
  const limits = after.config && stricterOf(before.config, after.config);
  const guarded = new Set(limits?.environments.flatMap((each) => (each.protected ? [each.name] : [])));
  for (const plan of plans) {
    const { environment: name } = plan;
    const isProtected = guarded.has(name);
    const sides = { before: before.flagsFor(name), after: after.flagsFor(name) };
    stages.push({ plan, isProtected, sides, earlier: stages.at(-1) ?? null });
  }
  return stages;
}

/** How many answers a report asks for before it takes fewer people, so that a change of every flag is still told in time. */
const MOST_ASKED = 6_000_000;
const FEWEST_PEOPLE = 500;

function sizeFor(changes: number): number {
  const affordable = Math.floor(MOST_ASKED / Math.max(1, changes));
  return Math.max(FEWEST_PEOPLE, Math.min(DEFAULT_SIZE, affordable));
}

/** People for the flags that are looked at, and for what those require: what no such flag asks tells nothing. */
function madePeople(after: LoadedFlags, stages: readonly Stage[], options: ReportOptions): Population {
  const changes = stages.flatMap(({ plan, sides }) => flagChanges(plan, sides));
  const keys = new Set(changes.map(({ key }) => key));
  const flags = new Set<Flag>();
  for (const { sides } of stages) {
    for (const all of [sides.before, sides.after]) {
      for (const key of keys) for (const flag of withRequired({ flag: all.get(key) ?? null, all })) flags.add(flag);
    }
  }
  const { sample: size = sizeFor(changes.length), seed = DEFAULT_SEED } = options;
  return generatePopulation(attributesOf(after), flags, { size, seed });
}

/** The attributes that people are made from. */
export function attributesOf({ config }: LoadedFlags): readonly AttributeSpec[] {
  const declared = config?.attributes ?? new Map();
  return [...declared].map(([name, { type, values, weights }]) => ({ name, type, values, weights }));
}

function changedIn({ before, after }: FlagChange, changed: ReadonlySet<string>): readonly string[] {
  if (changed.size === 0) return [];
  const used = [before.flag, after.flag].flatMap((flag) => (flag === null ? [] : [...segmentsIn(flag)]));
  return [...new Set(used)].filter((name) => changed.has(name)).sort();
}

function warningsOf(
  change: FlagChange,
  { plan, isProtected, sides, earlier }: Stage,
  population: Population,
  { today, manualChanges, overridden }: ReportOptions,
): readonly ReportWarning[] {
  const { key, kind, after, action } = change;
  const isMoving = kind !== "no-op" && kind !== "narrow" && after.flag !== null;
  const promotion = earlier !== null && isProtected && isMoving ? promotionOf(key, sides, earlier, population) : null;
  return [
    ...manualChangeWarnings(key, manualChanges?.get(plan.environment) ?? [], plan.environment),
    // Where nobody is answered otherwise, nothing is masked.
    ...(kind === "no-op" ? [] : overrideWarnings(key, overridden?.get(plan.environment) ?? [])),
    ...(promotion === null ? [] : aheadWarning(promotion)),
    ...(after.flag === null || action === "reached" ? [] : expiryWarning(after.flag, today)),
  ];
}

function promotionOf(key: FlagKey, { after: here }: Sides, earlier: Stage, population: Population) {
  return { key, here, earlier: earlier.sides.after, name: earlier.plan.environment, population };
}
