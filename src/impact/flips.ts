import { subjectOf } from "../core/evaluate/bucket.ts";
import { evaluatorOf } from "./version-evaluator.ts";
import { exactFlips, flipsEveryone } from "./exact-flips.ts";
import { estimated, exactly } from "./margin.ts";
import { moveCounts, type Step } from "./moves.ts";
import type { Population } from "./population.ts";
import { profiledFlips } from "./profiled-flips.ts";
import type { Flips } from "./report.ts";
import { flipTest, type VersionPair } from "./version-pair.ts";

export interface FlipQuestion extends VersionPair {
  readonly population: Population;
}

/**
 * Measures how many people get a different answer from one version of a flag than from another. The figure is exact where
 * only buckets decide. For generated contexts the matching rules are sampled and buckets are counted. Where a flag has
 * requirements, or contexts come from a file, both versions are evaluated for every context.
 */
export function measureFlips(question: FlipQuestion): Flips {
  const { population } = question;
  const isSubject = (attribute: string) => tellsApart(population, attribute);
  const exact = exactFlips(question, isSubject);
  if (exact !== undefined) return exact;
  // Each person of a file has a bucket of their own.
  const profiled = population.note.source === "file" ? undefined : profiledFlips(question, population, isSubject);
  const flips = profiled ?? evaluatedFlips(question);
  return flips.method === "sampled" && flipsEveryone(question) ? everyone(flips) : flips;
}

/** Makes the total exact. The parts of several moves are still estimates. */
function everyone(flips: Flips): Flips {
  const [first, ...others] = flips.moves;
  if (first === undefined || others.length > 0) return { ...flips, flipped: exactly(1) };
  return { method: "exact", sample: null, flipped: exactly(1), moves: [{ ...first, ...exactly(1) }] };
}

/** Evaluates both versions for every context. */
function evaluatedFlips(question: FlipQuestion): Flips {
  const { population } = question;
  const counts = moveCounts();
  eachFlip(question, (_, step) => counts.add(step(), 1));
  const { source, size } = population.note;
  const share = (count: bigint) => {
    return source === "file" ? exactly(Number(count) / size) : estimated(Number(count), size);
  };
  return {
    method: source === "file" ? "counted" : "sampled",
    sample: size,
    flipped: share(counts.total()),
    moves: counts.moves(share),
  };
}

/**
 * Calls back for every context of the population that gets a different answer, with its number and its step.
 *
 * @param isIncluded  leaves contexts out; all are evaluated unless given
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

/** Remembered for each population: one flag after the other needs the same answers. */
const known = new WeakMap<Population, Map<string, boolean>>();

/** Returns whether every context has the attribute as a subject, and no two the same. */
function tellsApart(population: Population, attribute: string): boolean {
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
