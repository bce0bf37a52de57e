import { WHOLE } from "../core/flag/flag.ts";
import { answerIn, type BucketLines, limitsOf } from "./bucket-lines.ts";
import type { Step } from "./moves.ts";
import { flipTest, type VersionPair } from "./answers-alike.ts";

/** Above it, sampling is as good. */
const MOST_CELLS = 100_000;

/** How many of all buckets take a step: `count` of `all`, whole numbers. */
export interface BucketCounts {
  readonly steps: readonly { readonly step: Step; readonly count: bigint }[];
  readonly all: bigint;
}

interface Dimension {
  readonly bucket: string;
  /** Where a cell begins and how many buckets it has. */
  readonly cells: readonly { readonly from: number; readonly width: number }[];
}

/**
 * Counts who flips in the space of all buckets, cut where an answer may change: each bucket of each salt holds as many
 * people, and the buckets of two salts, of two attributes, of a share and of its split have nothing to do with each other.
 *
 * @param was, is  the two versions' lines, all of which are for everybody who is looked at
 * @returns        undefined where there are too many cells to look at
 */
export function countBuckets(pair: VersionPair, was: BucketLines, is: BucketLines): BucketCounts | undefined {
  const dimensions = dimensionsOf([was, is]);
  const cellCount = dimensions.reduce((product, { cells }) => product * cells.length, 1);
  if (cellCount > MOST_CELLS) return undefined;
  const isFlip = flipTest(pair);
  const steps: { step: Step; count: bigint }[] = [];
  const buckets = new Map<string, number>();
  const bucketOf = (name: string) => buckets.get(name) ?? 0;
  const visit = (depth: number, count: bigint): void => {
    const dimension = dimensions[depth];
    if (dimension !== undefined) {
      for (const { from, width } of dimension.cells) {
        buckets.set(dimension.bucket, from);
        visit(depth + 1, count * BigInt(width));
      }
      return;
    }
    const [before, after] = [answerIn(was, bucketOf), answerIn(is, bucketOf)];
    const from = pair.before.flag === null ? null : before.variant;
    const to = pair.after.flag === null ? null : after.variant;
    if (isFlip(from, to)) steps.push({ step: { from, to, decidedBy: after.decidedBy }, count });
  };
  visit(0, 1n);
  return { steps, all: BigInt(WHOLE) ** BigInt(dimensions.length) };
}

function dimensionsOf(sides: readonly BucketLines[]): readonly Dimension[] {
  const limits = new Map<string, Set<number>>();
  for (const side of sides) {
    for (const [bucket, own] of limitsOf(side)) {
      limits.set(bucket, new Set([...(limits.get(bucket) ?? [0]), ...own]));
    }
  }
  return [...limits].map(([bucket, starts]) => {
    const sorted = [...starts].sort((a, b) => a - b);
    return { bucket, cells: sorted.map((from, index) => ({ from, width: (sorted[index + 1] ?? WHOLE) - from })) };
  });
}
