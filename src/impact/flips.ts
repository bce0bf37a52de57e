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
 * Who is answered otherwise by one version of a flag than by another. Exact where nothing but buckets decides and everyone
 * has one. Of made people it is sampled which lines they meet, and buckets decide the rest. Where requirements have a say,
 * or people come from a file, both versions are asked about everyone, by the evaluator that programs run.
 */
export function measureFlips(question: FlipQuestion): Flips {
  const { population } = question;
  const isSubject = (attribute: string) => tellsApart(population, attribute);
  const exact = exactFlips(question, isSubject);
  if (exact !== undefined) return exact;
  // People of a file are who they are: each in their own bucket.
  const profiled = population.note.source === "file" ? undefined : profiledFlips(question, population, isSubject);
  const flips = profiled ?? askedFlips(question);
  return flips.method === "sampled" && flipsEveryone(question) ? everyone(flips) : flips;
}

/** Which lines they meet is still an estimate, where there are several. */
function everyone(flips: Flips): Flips {
  const [first, ...others] = flips.moves;
  if (first === undefined || others.length > 0) return { ...flips, flipped: exactly(1) };
  return { method: "exact", sample: null, flipped: exactly(1), moves: [{ ...first, ...exactly(1) }] };
}

/** Both versions asked about everyone. */
function askedFlips(question: FlipQuestion): Flips {
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
 * Tells of every person of the population who is answered otherwise: their number in it, and from what to what.
 *
 * @param isAsked  whether somebody is asked at all; everyone unless given
 */
export function eachFlip(
  question: FlipQuestion,
  told: (person: number, step: () => Step) => void,
  isAsked: (person: number) => boolean = () => true,
): void {
  const { key, before, after, population } = question;
  const isFlip = flipTest(question);
  const [was, is] = [evaluatorOf(key, before), evaluatorOf(key, after)];
  for (const [person, context] of population.contexts.entries()) {
    if (!isAsked(person)) continue;
    const [from, to] = [was.variantFor(context), is.variantFor(context)];
    if (isFlip(from, to)) told(person, () => ({ from, to, decidedBy: is.decidedByFor(context) }));
  }
}

/** Asked of the same population for one flag after the other. */
const known = new WeakMap<Population, Map<string, boolean>>();

/** Whether everyone has the attribute, as a subject, and nobody the same as another. */
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
