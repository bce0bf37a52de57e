import { constantAnswer } from "../core/flag/constant-answer.ts";
import type { VariantName } from "../core/flag/flag.ts";
import { type BucketLines, bucketLines } from "./bucket-lines.ts";
import { countBuckets } from "./cells.ts";
import { exactly } from "./margin.ts";
import { moveCounts } from "./moves.ts";
import type { Flips } from "./report.ts";
import { flipTest, isUntouched, type VersionPair } from "./answers-alike.ts";

/** Nobody, for sure. */
const NO_FLIPS: Flips = { method: "exact", sample: null, flipped: exactly(0), moves: [] };

/**
 * Who flips, counted in buckets, where nothing else decides in either version. Of two versions that surely answer alike,
 * whatever they ask, nobody flips.
 *
 * @param isSubject  whether an attribute tells all people apart; else there are no buckets that are filled evenly
 * @returns          undefined where something but buckets decides
 */
export function exactFlips(pair: VersionPair, isSubject: (attribute: string) => boolean): Flips | undefined {
  if (isUntouched(pair) || areConstantlyAlike(pair)) return NO_FLIPS;
  const [was, is] = [bucketLines(pair.before.flag), bucketLines(pair.after.flag)];
  if (was === undefined || is === undefined || !isForAll(was) || !isForAll(is)) return undefined;
  if (![...was.lines, ...is.lines].every(({ subjects }) => subjects.every(isSubject))) return undefined;
  const counted = countBuckets(pair, was, is);
  if (counted === undefined) return undefined;
  const counts = moveCounts();
  for (const { step, count } of counted.steps) counts.add(step, count);
  // Whole numbers until the last division, so that 40 % is 0.4.
  const share = (count: bigint) => exactly(Number(count) / Number(counted.all));
  return { method: "exact", sample: null, flipped: share(counts.total()), moves: counts.moves(share) };
}

function isForAll({ lines }: BucketLines): boolean {
  return lines.every(({ asks }) => asks === null);
}

/** Whether everybody flips, seen from the text of both versions: then no sample has to say it. */
export function flipsEverybody(pair: VersionPair): boolean {
  const [from, to] = constantAnswers(pair);
  return from !== undefined && to !== undefined && flipTest(pair)(from, to);
}

function areConstantlyAlike(pair: VersionPair): boolean {
  const [from, to] = constantAnswers(pair);
  return from !== undefined && to !== undefined && !flipTest(pair)(from, to);
}

/** What everybody surely gets; null where the flag is not there, undefined where not all get the same. */
function constantAnswers({ before, after }: VersionPair): readonly (VariantName | null | undefined)[] {
  return [before.flag, after.flag].map((flag) => (flag === null ? null : constantAnswer(flag)));
}
