import { partAt } from "../core/evaluate/compile-rule.ts";
import { WHOLE } from "../core/flag/flag.ts";
import type { Answer, BucketedFlag, BucketedVersion } from "./bucketed-version.ts";
import { decidedByOf } from "./version-evaluator.ts";

/** The maximum number of cells to visit; above it, sampling is as good. */
export const MAX_CELLS = 100_000;

/** Receives the answer of each version in one cell, and the number of buckets in the cell. */
export type VisitCell = (answers: readonly Answer[], count: bigint) => void;

/** The buckets of one salt and subject attribute, cut where an answer may change. */
interface Dimension {
  readonly name: string;
  readonly cells: readonly { readonly from: number; readonly width: number }[];
}

/**
 * Visits every cell of buckets in which no answer changes. All buckets of a salt contain equally many subjects; the
 * buckets of two salts, of two attributes, and of a share and a split are independent of each other. Ignores the
 * conditions of rules.
 *
 * @returns the number of all buckets; undefined if there are too many cells to visit
 */
export function eachCell(
  versions: readonly BucketedVersion[],
  visit: VisitCell,
  maxCells: number = MAX_CELLS,
): bigint | undefined {
  const dimensions = dimensionsOf(versions);
  if (dimensions.reduce((product, { cells }) => product * cells.length, 1) > maxCells) return undefined;
  const placed = placedIn(versions, dimensions);
  const buckets: number[] = [];
  const walk = (depth: number, count: bigint): void => {
    const dimension = dimensions[depth];
    if (dimension === undefined) {
      visit(
        placed.map((version) => answerIn(version, buckets)),
        count,
      );
      return;
    }
    for (const { from, width } of dimension.cells) {
      buckets[depth] = from;
      walk(depth + 1, count * BigInt(width));
    }
  };
  walk(0, 1n);
  return BigInt(WHOLE) ** BigInt(dimensions.length);
}

/** A rule with the numbers of its dimensions and its answers. */
interface PlacedRule {
  readonly share: number;
  /** The number of the dimension; -1 if the share includes everyone. */
  readonly shareAt: number;
  readonly splitAt: number;
  readonly ceilings: readonly number[];
  /** One for each part of a split; only one without a split. */
  readonly answers: readonly Answer[];
}

interface PlacedFlag extends Omit<BucketedFlag, "rules" | "salt"> {
  readonly rules: readonly PlacedRule[];
}

function placedIn(
  versions: readonly BucketedVersion[],
  dimensions: readonly Dimension[],
): readonly (readonly PlacedFlag[])[] {
  const numbers = new Map(dimensions.map(({ name }, index) => [name, index]));
  return versions.map((version) =>
    version.map(({ rules, salt, ...flag }) => ({
      ...flag,
      rules: rules.map(({ share, by, split, evaluation }): PlacedRule => {
        const evaluations = split?.evaluations ?? (evaluation === undefined ? [] : [evaluation]);
        return {
          share,
          shareAt: numbers.get(shareBucket(by, salt)) ?? -1,
          splitAt: numbers.get(splitBucket(by, salt)) ?? -1,
          ceilings: split?.ceilings ?? [WHOLE],
          answers: evaluations.map((each) => ({ variant: each.variant ?? null, decidedBy: decidedByOf(each) })),
        };
      }),
    })),
  );
}

/** Returns the answer of a version for a subject in the given buckets who meets all conditions. */
function answerIn(version: readonly PlacedFlag[], buckets: readonly number[]): Answer {
  const answers: Answer[] = [];
  for (const flag of version) {
    const isMet = flag.requires.every(({ at, variants }) => {
      const variant = at === null ? null : (answers[at]?.variant ?? null);
      return variant !== null && variants.includes(variant);
    });
    answers.push(isMet ? servedIn(flag, buckets) : flag.unmet);
  }
  return answers.at(-1) ?? NO_ANSWER;
}

const NO_ANSWER: Answer = { variant: null, decidedBy: { kind: "archived" } };

function servedIn({ rules, rest }: PlacedFlag, buckets: readonly number[]): Answer {
  for (const { share, shareAt, splitAt, ceilings, answers } of rules) {
    if (share < WHOLE && (buckets[shareAt] ?? 0) >= share) continue;
    const answer = answers[partAt(ceilings, buckets[splitAt] ?? 0)];
    if (answer !== undefined) return answer;
  }
  return rest;
}

function dimensionsOf(versions: readonly BucketedVersion[]): readonly Dimension[] {
  const limits = new Map<string, Set<number>>();
  const cut = (name: string, limit: number) => {
    const known = limits.get(name) ?? new Set([0]);
    limits.set(name, limit < WHOLE ? known.add(limit) : known);
  };
  for (const { rules, salt } of versions.flat()) {
    for (const { share, by, split } of rules) {
      if (share < WHOLE) cut(shareBucket(by, salt), share);
      for (const ceiling of split?.ceilings ?? []) cut(splitBucket(by, salt), ceiling);
    }
  }
  // A dimension with one cell decides nothing.
  const cutOnes = [...limits].filter(([, starts]) => starts.size > 1);
  return cutOnes.map(([name, starts]) => {
    const sorted = [...starts].sort((a, b) => a - b);
    return { name, cells: sorted.map((from, index) => ({ from, width: (sorted[index + 1] ?? WHOLE) - from })) };
  });
}

function shareBucket(by: string | null, salt: string): string {
  return `${by} ${salt}`;
}

/** Returns the id of the split's bucket, which is independent of the share's bucket of the same subject. */
function splitBucket(by: string | null, salt: string): string {
  return `${by} ${salt}#split`;
}
