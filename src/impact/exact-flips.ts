import { constantAnswer } from "../core/flag/constant-answer.ts";
import type { VariantName } from "../core/flag/flag.ts";
import { bucketedFlag, countBuckets, haveSubjects } from "./bucket-count.ts";
import { exactly } from "./margin.ts";
import { moveCounts } from "./moves.ts";
import type { Flips } from "./report.ts";
import { flipTest, isUntouched, type VersionPair } from "./version-pair.ts";

/** Surely nobody. */
const NO_FLIPS: Flips = { method: "exact", sample: null, flipped: exactly(0), moves: [] };

/**
 * Counts exactly how many people get a different answer, where nothing but buckets decides in either version. Nobody does
 * where both versions surely answer alike.
 *
 * @param isSubject  whether an attribute is a different one in every context; else buckets are not filled evenly
 * @returns          undefined where something but buckets decides
 */
export function exactFlips(pair: VersionPair, isSubject: (attribute: string) => boolean): Flips | undefined {
  if (isUntouched(pair) || areConstantlyAlike(pair)) return NO_FLIPS;
  const [was, is] = [bucketedFlag(pair.before.flag), bucketedFlag(pair.after.flag)];
  if (was === undefined || is === undefined || !haveSubjects([was, is], isSubject)) return undefined;
  if ([...was.rules, ...is.rules].some(({ when }) => when !== null)) return undefined;
  const counted = countBuckets(pair, was, is);
  if (counted === undefined) return undefined;
  const counts = moveCounts();
  for (const { step, count } of counted.steps) counts.add(step, count);
  // Whole numbers until the last division, so that 40 % is 0.4.
  const share = (count: bigint) => exactly(Number(count) / Number(counted.all));
  return { method: "exact", sample: null, flipped: share(counts.total()), moves: counts.moves(share) };
}

/** Returns whether both versions have one constant answer each, and these differ: then no sample is needed. */
export function flipsEveryone(pair: VersionPair): boolean {
  const [from, to] = constantAnswers(pair);
  return from !== undefined && to !== undefined && flipTest(pair)(from, to);
}

function areConstantlyAlike(pair: VersionPair): boolean {
  const [from, to] = constantAnswers(pair);
  return from !== undefined && to !== undefined && !flipTest(pair)(from, to);
}

/** Returns what everyone surely gets; null where the flag is not there, undefined where answers may differ. */
function constantAnswers({ before, after }: VersionPair): readonly (VariantName | null | undefined)[] {
  return [before.flag, after.flag].map((flag) => (flag === null ? null : constantAnswer(flag)));
}
