import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
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
import { flipTest, isUntouched, type VersionPair } from "./version-pair.ts";

export interface FlipQuestion extends VersionPair {
  readonly population: Population;
}

/**
 * Measures how many people get a different answer from one version of a flag than from another. A file of contexts is
 * always counted. For other people the figure is exact if only buckets decide; otherwise the matching rules are sampled
 * and buckets are counted. Where buckets cannot be counted, both versions are evaluated for every context.
 */
export function measureFlips(question: FlipQuestion): Flips {
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
  const people = isExact ? peopleLacking(subjects, population.missing) : equally(population.contexts);
  const counted = countProfiles(question, profilesOf(pair, people, isCounted));
  if (counted === undefined) return undefined;
  const { flipped, steps } = sumsOf(counted);
  const size = population.contexts.length;
  const measured = ({ total, squares }: Sum): Measured => {
    return isExact ? exactly(rounded(total)) : meanOf(total, squares, size);
  };
  return {
    method: isExact ? "exact" : "sampled",
    sample: isExact ? null : size,
    flipped: measured(flipped),
    moves: steps.map((sum) => ({ ...sum.step, ...measured(sum) })),
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
  question: FlipQuestion,
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
