import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { evaluationCost } from "../core/flag/evaluation-cost.ts";
import { type Budget, take, withShare } from "../core/work.ts";
import { constantAnswer } from "../core/flag/constant-answer.ts";
import { assumptionsOf } from "./assumptions.ts";
import { bucketedVersion, hasConditions, subjectsIn } from "./bucketed-version.ts";
import { estimated, exactly, meanOf, type Measured } from "./margin.ts";
import { countStep, movesOf, type Step, type StepCounts, totalOf } from "./moves.ts";
import { peopleLacking } from "./people-lacking.ts";
import type { Population } from "./population.ts";
import { countProfiles, profilesOf, sumsOf, type Sum } from "./profiled-flips.ts";
import type { Flips } from "./report.ts";
import { evaluatorOf } from "./version-evaluator.ts";
import { flipTest, isUntouched, type Version, type VersionPair, withRequired } from "./version-pair.ts";

export interface FlipQuestion extends VersionPair {
  readonly population: Population;
  /** The budget of the run for reports. */
  readonly budget: Budget;
}

/** The maximum number of steps for one flag. */
const MOST_STEPS = 15_000_000;

/**
 * Measures how many people get a different answer from one version of a flag than from another. A file of contexts is
 * always counted. For other people the figure is exact if only buckets decide; otherwise the matching rules are sampled
 * and buckets are counted. Where buckets cannot be counted, both versions are evaluated for every context. The result is
 * `too-large` where the budget is used up.
 */
export function measureFlips(question: FlipQuestion): Flips {
  return withShare(question.budget, MOST_STEPS, (budget) => measured({ ...question, budget }));
}

function measured(question: FlipQuestion): Flips {
  const { population } = question;
  const doAllFlip = flipsEveryone(question);
  const isFile = population.note.source === "file";
  if (doAllFlip === false || isUntouched(question)) return isFile ? countedFlips(question, new Map()) : NO_FLIPS;
  if (isFile) return evaluatedFlips(question);
  const flips = bucketedFlips(question) ?? evaluatedFlips(question);
  return flips.method === "sampled" && doAllFlip ? everyone(flips) : flips;
}

const NOTHING_ASSUMED = { guessed: [], assumed: [] } as const;
const NO_FLIPS: Flips = {
  method: "exact",
  sample: null,
  flipped: exactly(0),
  moves: [],
  among: [],
  ...NOTHING_ASSUMED,
};

/**
 * Returns true if everyone gets a different answer, false if nobody does, and undefined if it depends on the context.
 */
function flipsEveryone(pair: VersionPair): boolean | undefined {
  const [from, to] = [pair.before.flag, pair.after.flag].map((flag) => (flag === null ? null : constantAnswer(flag)));
  return from === undefined || to === undefined ? undefined : flipTest(pair)(from, to);
}

/** The figures of a change that is not measured, because it is too large. */
export const TOO_LARGE: Flips = { ...NO_FLIPS, method: "too-large", flipped: { share: 0, margin: 1 } };

/** Takes the steps to evaluate both versions for every context; false if too few are left. */
function canEvaluate({ before, after, population, budget }: FlipQuestion): boolean {
  return take(budget, (stepsOf(before) + stepsOf(after)) * population.contexts.length);
}

/** Returns the steps to evaluate one version for one context. */
export function stepsOf(version: Version): number {
  return withRequired(version).reduce((sum, flag) => sum + (flag.enabled ? evaluationCost(flag) : 1), 0);
}

/** Makes the total exact. The parts of several moves are still estimates. */
function everyone(flips: Flips): Flips {
  const [first, ...others] = flips.moves;
  if (first === undefined || others.length > 0) return { ...flips, flipped: exactly(1) };
  const moves = [{ ...first, ...exactly(1) }];
  return { ...NO_FLIPS, flipped: exactly(1), moves };
}

/**
 * Counts the buckets in which the answer changes. For generated contexts only the matching rules are sampled, so chance
 * affects how common each set of rules is, and not which buckets subjects fall into.
 *
 * @returns undefined if there are too many buckets to count
 */
function bucketedFlips(question: FlipQuestion): Flips | undefined {
  const { before, after, population } = question;
  const pair = [bucketedVersion(before), bucketedVersion(after)] as const;
  const subjects = [...new Set(pair.flatMap((version) => [...subjectsIn(version)]))].sort();
  const among = subjects.filter((by) => population.subjects.has(by) && !population.missing.has(by));
  const isCounted = (by: string) => population.subjects.has(by);
  const isExact = !pair.some(hasConditions) && subjects.every(isCounted);
  if (!isExact && !canEvaluate(question)) return TOO_LARGE;
  const people = isExact ? peopleLacking(subjects, population.missing) : equally(population.contexts);
  const counted = countProfiles(question, profilesOf(pair, people, isCounted), question.budget);
  if (counted === undefined) return undefined;
  const { flipped, steps } = sumsOf(counted);
  const size = population.contexts.length;
  const figure = ({ total, squares }: Sum): Measured => {
    return isExact ? exactly(rounded(total)) : meanOf(total, squares, size);
  };
  return {
    method: isExact ? "exact" : "sampled",
    sample: isExact ? null : size,
    flipped: figure(flipped),
    moves: steps.map((sum) => ({ ...sum.step, ...figure(sum) })),
    among,
    ...(isExact ? NOTHING_ASSUMED : assumptionsOf(question, population)),
  };
}

function equally(contexts: readonly EvaluationContext[]) {
  return contexts.map((context) => ({ context, weight: 1 }));
}

/** Removes the floating-point error of sums, so that 90 % of 40 % is 36 %. */
function rounded(share: number): number {
  return Math.min(1, Math.round(share * 1e12) / 1e12);
}

/** Evaluates both versions for every context. */
function evaluatedFlips(question: FlipQuestion): Flips {
  if (!canEvaluate(question)) return TOO_LARGE;
  const counts: StepCounts = new Map();
  eachFlip(question, (_, step) => countStep(counts, step(), 1n));
  return countedFlips(question, counts);
}

/** Returns the figures of contexts that were evaluated. */
function countedFlips(question: FlipQuestion, counts: StepCounts): Flips {
  const { population } = question;
  const { source, size } = population.note;
  const share = (count: bigint) => {
    return source === "file" ? exactly(Number(count) / size) : estimated(Number(count), size);
  };
  return {
    method: source === "file" ? "counted" : "sampled",
    sample: size,
    flipped: share(totalOf(counts)),
    moves: movesOf(counts, share),
    among: [],
    ...(source === "file" ? NOTHING_ASSUMED : assumptionsOf(question, population)),
  };
}

/**
 * Calls a function for every context of the population that gets a different answer, with its number and its step.
 *
 * @param isIncluded  selects contexts; all are evaluated by default
 */
export function eachFlip(
  question: Omit<FlipQuestion, "budget">,
  onFlip: (person: number, step: () => Step) => void,
  isIncluded: (person: number) => boolean = () => true,
): void {
  const { key, before, after, population } = question;
  const isFlip = flipTest(question);
  const [was, is] = [evaluatorOf(key, before), evaluatorOf(key, after)];
  for (const [person, context] of population.contexts.entries()) {
    if (!isIncluded(person)) continue;
    const [from, to] = [was.variantFor(context), is.variantFor(context)];
    if (isFlip(from, to)) onFlip(person, () => ({ from, to, decidedBy: is.decidedByFor(context) }));
  }
}
