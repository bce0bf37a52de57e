import { constantAnswer } from "../constant-answer.ts";
import { type Flag, WHOLE } from "../flag.ts";
import { answerIn, type BucketLines, bucketLines, limitsOf } from "./bucket-lines.ts";
import { exactly } from "./margin.ts";
import { LINES, moveCounts } from "./moves.ts";
import type { Flips } from "./report.ts";
import { flipTest, isUntouched, type VersionPair } from "./version.ts";

/** Above it, sampling is as good. */
const MOST_CELLS = 100_000;

/** Nobody, for sure. */
export const NO_FLIPS: Flips = { method: "exact", sample: null, flipped: exactly(0), moves: [] };

/**
 * Who flips, counted in buckets, where nothing else decides in either version: each bucket of each salt holds as many
 * people, and the buckets of two salts, of two attributes, of a share and of its split have nothing to do with each other.
 * Of two versions that surely answer alike, whatever they ask, nobody flips.
 *
 * @param isSubject  whether an attribute tells all people apart; else there are no buckets that are filled evenly
 * @returns          undefined where something but buckets decides
 */
export function exactFlips(pair: VersionPair, isSubject: (attribute: string) => boolean): Flips | undefined {
  if (isUntouched(pair) || areConstantlyAlike(pair)) return NO_FLIPS;
  const [was, is] = [sideOf(pair.before.flag), sideOf(pair.after.flag)];
  if (was === undefined || is === undefined) return undefined;
  const subjects = [...was.lines, ...is.lines].flatMap((line) => line.subjects);
  if (!subjects.every(isSubject)) return undefined;
  const cells = cellsOf([was, is]);
  return cells === undefined ? undefined : countedIn(cells, pair, was, is);
}

/** What stands in for a flag that is not there: one line for everybody. */
function sideOf(flag: Flag | null): BucketLines | undefined {
  return flag === null ? { lines: [], rest: { variant: "", title: LINES.archived } } : bucketLines(flag);
}

function areConstantlyAlike(pair: VersionPair): boolean {
  const { before, after } = pair;
  const answers = [before.flag, after.flag].map((flag) => (flag === null ? null : constantAnswer(flag)));
  const [from, to] = answers;
  return from !== undefined && to !== undefined && !flipTest(pair)(from, to);
}

interface Dimension {
  readonly bucket: string;
  /** Where a cell begins and how many buckets it has. */
  readonly cells: readonly { readonly from: number; readonly width: number }[];
}

/** The space of all buckets, cut where an answer may change; undefined where it falls into too many cells. */
function cellsOf(sides: readonly BucketLines[]): readonly Dimension[] | undefined {
  const limits = new Map<string, Set<number>>();
  for (const side of sides) {
    for (const [bucket, own] of limitsOf(side)) {
      limits.set(bucket, new Set([...(limits.get(bucket) ?? [0]), ...own]));
    }
  }
  const dimensions = [...limits].map(([bucket, starts]): Dimension => {
    const sorted = [...starts].sort((a, b) => a - b);
    return { bucket, cells: sorted.map((from, index) => ({ from, width: (sorted[index + 1] ?? WHOLE) - from })) };
  });
  const count = dimensions.reduce((product, { cells }) => product * cells.length, 1);
  return count > MOST_CELLS ? undefined : dimensions;
}

function countedIn(dimensions: readonly Dimension[], pair: VersionPair, was: BucketLines, is: BucketLines): Flips {
  const isFlip = flipTest(pair);
  const counts = moveCounts();
  const buckets = new Map<string, number>();
  const bucketOf = (name: string) => buckets.get(name) ?? 0;
  const visit = (depth: number, people: bigint): void => {
    const dimension = dimensions[depth];
    if (dimension !== undefined) {
      for (const { from, width } of dimension.cells) {
        buckets.set(dimension.bucket, from);
        visit(depth + 1, people * BigInt(width));
      }
      return;
    }
    const [before, after] = [answerIn(was, bucketOf), answerIn(is, bucketOf)];
    const from = pair.before.flag === null ? null : before.variant;
    const to = pair.after.flag === null ? null : after.variant;
    if (isFlip(from, to)) counts.add({ from, to, line: after.title }, people);
  };
  visit(0, 1n);
  const all = BigInt(WHOLE) ** BigInt(dimensions.length);
  // Whole numbers until the last division, so that 40 % is 0.4.
  const share = (count: bigint) => exactly(Number(count) / Number(all));
  return { method: "exact", sample: null, flipped: share(counts.total()), moves: counts.moves(share) };
}
