import { subjectOf } from "../core/evaluate/bucket.ts";
import { constantAnswer } from "../core/flag/constant-answer.ts";
import { type BucketedFlag, bucketedPair, countBuckets } from "./bucket-count.ts";
import { estimated, exactly } from "./margin.ts";
import { countStep, movesOf, type Step, type StepCounts, totalOf } from "./moves.ts";
import type { Population } from "./population.ts";
import { profiledFlips } from "./profiled-flips.ts";
import type { Flips } from "./report.ts";
import { evaluatorOf } from "./version-evaluator.ts";
import { flipTest, isUntouched, type VersionPair } from "./version-pair.ts";

/** Two versions of a flag, and the contexts for which to compare them. */
export interface FlipQuestion extends VersionPair {
  readonly population: Population;
}

const NO_FLIPS: Flips = { method: "exact", sample: null, flipped: exactly(0), moves: [] };

/**
 * Measures how many people get a different answer from one version of a flag than from another. The figure is exact if
 * only buckets decide. For generated contexts the matching rules are sampled and buckets are counted. Where a flag has
 * requirements, or contexts come from a file, both versions are evaluated for every context.
 */
export function measureFlips(question: FlipQuestion): Flips {
  const { population } = question;
  const doAllFlip = flipsEveryone(question);
  if (doAllFlip === false || isUntouched(question)) return NO_FLIPS;
  const bucketed = bucketedPair(question, (attribute) => hasUniqueSubjects(population, attribute));
  const exact = bucketed && exactFlips(question, bucketed);
  if (exact !== undefined) return exact;
  // Each person of a file has a bucket of their own.
  const isProfiled = bucketed !== undefined && population.note.source !== "file";
  const profiled = isProfiled ? profiledFlips(question, bucketed, population) : undefined;
  const flips = profiled ?? evaluatedFlips(question);
  return flips.method === "sampled" && doAllFlip ? everyone(flips) : flips;
}

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
  return { method: "exact", sample: null, flipped: exactly(1), moves: [{ ...first, ...exactly(1) }] };
}

/** Counts exactly how many people get a different answer; undefined if buckets alone do not decide. */
function exactFlips(pair: VersionPair, [was, is]: readonly [BucketedFlag, BucketedFlag]): Flips | undefined {
  if ([...was.rules, ...is.rules].some(({ when }) => when !== null)) return undefined;
  const counted = countBuckets(pair, was, is);
  if (counted === undefined) return undefined;
  const { counts, all } = counted;
  // The numbers are whole until the last division, so that 40 % is 0.4.
  const share = (count: bigint) => exactly(Number(count) / Number(all));
  return { method: "exact", sample: null, flipped: share(totalOf(counts)), moves: movesOf(counts, share) };
}

/** Evaluates both versions for every context. */
function evaluatedFlips(question: FlipQuestion): Flips {
  const { source, size } = question.population.note;
  const counts: StepCounts = new Map();
  eachFlip(question, (_, step) => countStep(counts, step(), 1n));
  const share = (count: bigint) => {
    return source === "file" ? exactly(Number(count) / size) : estimated(Number(count), size);
  };
  return {
    method: source === "file" ? "counted" : "sampled",
    sample: size,
    flipped: share(totalOf(counts)),
    moves: movesOf(counts, share),
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

/** Stores results for each population, because many flags need the same ones. */
const known = new WeakMap<Population, Map<string, boolean>>();

/** Returns whether every context has the attribute as a subject, and all values are different. */
function hasUniqueSubjects(population: Population, attribute: string): boolean {
  const answers = known.get(population) ?? new Map<string, boolean>();
  known.set(population, answers);
  const answer = answers.get(attribute) ?? areAllDifferent(population, attribute);
  answers.set(attribute, answer);
  return answer;
}

function areAllDifferent({ contexts }: Population, attribute: string): boolean {
  const subjects = new Set(contexts.map((context) => subjectOf(context, attribute)));
  return !subjects.has(undefined) && subjects.size === contexts.length;
}
