import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { type BucketLine, type BucketLines, bucketLines } from "./bucket-lines.ts";
import { countBuckets } from "./cells.ts";
import { meanOf } from "./margin.ts";
import { stepId, type Step } from "./moves.ts";
import type { Population } from "./population.ts";
import type { Flips, Measured } from "./report.ts";
import type { VersionPair } from "./answers-alike.ts";

/** A step and how many of those who are alike take it, 0–1. */
interface Part {
  readonly name: string;
  readonly step: Step;
  readonly share: number;
}

/** What is added up of one move: the shares of all people, and their squares. */
interface Sum {
  readonly step: Step;
  total: number;
  squares: number;
}

/**
 * Who flips, of made people: each is asked only which lines they meet, and of those who meet the same lines buckets say
 * exactly how many flip. So chance has a part only in how common each kind of person is, and none in who falls into which
 * bucket.
 *
 * @param isSubject  whether an attribute tells all people apart
 * @returns          undefined where a requirement has a say, or people have no bucket of their own
 */
export function profiledFlips(
  pair: VersionPair,
  { contexts, note }: Population,
  isSubject: (attribute: string) => boolean,
): Flips | undefined {
  const [was, is] = [bucketLines(pair.before.flag), bucketLines(pair.after.flag)];
  if (was === undefined || is === undefined) return undefined;
  if (![...was.lines, ...is.lines].every(({ subjects }) => subjects.every(isSubject))) return undefined;
  const profiles = new Map<string, { readonly was: BucketLines; readonly is: BucketLines; people: number }>();
  for (const context of contexts) {
    const [before, after] = [metBy(was, context), metBy(is, context)];
    const id = `${before.map(({ at }) => at).join()}|${after.map(({ at }) => at).join()}`;
    const profile = profiles.get(id);
    if (profile !== undefined) profile.people += 1;
    else profiles.set(id, { was: { ...was, lines: linesIn(before) }, is: { ...is, lines: linesIn(after) }, people: 1 });
  }
  const sums = new Map<string, Sum>();
  const flipped = { total: 0, squares: 0 };
  for (const profile of profiles.values()) {
    const parts = partsOf(pair, profile.was, profile.is);
    if (parts === undefined) return undefined;
    add(
      flipped,
      parts.reduce((sum, { share }) => sum + share, 0),
      profile.people,
    );
    for (const { name, step, share } of parts) {
      const sum = sums.get(name) ?? { step, total: 0, squares: 0 };
      sums.set(name, sum);
      add(sum, share, profile.people);
    }
  }
  const measured = ({ total, squares }: Omit<Sum, "step">): Measured => meanOf(total, squares, contexts.length);
  const moves = [...sums.entries()]
    .sort(([a, { total: most }], [b, { total: least }]) => least - most || (a < b ? -1 : 1))
    .map(([, sum]) => ({ ...sum.step, ...measured(sum) }));
  return { method: "sampled", sample: note.size, flipped: measured(flipped), moves };
}

interface Met {
  /** The number of the line. */
  readonly at: number;
  readonly line: BucketLine;
}

/** The lines that somebody meets, up to one that takes everybody. */
function metBy({ lines }: BucketLines, context: EvaluationContext): readonly Met[] {
  const met: Met[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.asks !== null && !line.asks(context)) continue;
    met.push({ at, line });
    if (line.gate === null) break;
  }
  return met;
}

function linesIn(met: readonly Met[]): readonly BucketLine[] {
  return met.map(({ line }) => line);
}

/** Each step once, with its share of those who meet these lines. */
function partsOf(pair: VersionPair, was: BucketLines, is: BucketLines): readonly Part[] | undefined {
  const counted = countBuckets(pair, was, is);
  if (counted === undefined) return undefined;
  const counts = new Map<string, { readonly step: Step; count: bigint }>();
  for (const { step, count } of counted.steps) {
    const name = stepId(step);
    const known = counts.get(name);
    if (known === undefined) counts.set(name, { step, count });
    else known.count += count;
  }
  return [...counts].map(([name, { step, count }]) => ({ name, step, share: Number(count) / Number(counted.all) }));
}

function add(sum: { total: number; squares: number }, share: number, people: number): void {
  sum.total += share * people;
  sum.squares += share ** 2 * people;
}
