import type { DecidedBy } from "../core/describe/decided-by.ts";
import { type CompiledRule, compileRules, partAt } from "../core/evaluate/compile-rule.ts";
import { answersOf } from "../core/evaluate/outcome.ts";
import { type Flag, type VariantName, WHOLE } from "../core/flag/flag.ts";
import { flawOf } from "../core/flag/flaw.ts";
import { flipTest, type VersionPair } from "./version-pair.ts";
import { decidedByOf } from "./version-evaluator.ts";
import { countStep, type StepCounts } from "./moves.ts";

/** One version of a flag whose answers depend only on attributes and buckets. */
export interface BucketedFlag {
  /** The compiled rules, up to the first that serves everyone. */
  readonly rules: readonly CompiledRule[];
  readonly salt: string;
  /** The answer for a context that no rule serves. */
  readonly rest: Answer;
}

interface Answer {
  readonly variant: VariantName | null;
  readonly decidedBy: DecidedBy;
}

/**
 * Prepares both versions of a flag for counting in buckets.
 *
 * @param isSubject  returns whether an attribute has a distinct value in every context; otherwise subjects fill buckets
 *   unevenly
 * @returns          undefined if a version has requirements or cannot be evaluated, or if the values of a subject
 *   attribute are not distinct
 */
export function bucketedPair(
  { before, after }: VersionPair,
  isSubject: (attribute: string) => boolean,
): readonly [BucketedFlag, BucketedFlag] | undefined {
  const [was, is] = [bucketedFlag(before.flag), bucketedFlag(after.flag)];
  if (was === undefined || is === undefined) return undefined;
  return [...was.rules, ...is.rules].every(({ by }) => by === null || isSubject(by)) ? [was, is] : undefined;
}

function bucketedFlag(flag: Flag | null): BucketedFlag | undefined {
  if (flag === null) return { rules: [], salt: "", rest: { variant: null, decidedBy: { kind: "archived" } } };
  const { salt, offVariant } = flag;
  if (!flag.enabled) return { rules: [], salt, rest: { variant: offVariant, decidedBy: { kind: "disabled" } } };
  if (flag.requires.length > 0 || flawOf(flag) !== undefined) return undefined;
  const rules = compileRules(flag, answersOf(flag, undefined));
  const end = rules.findIndex(({ when, share }) => when === null && share === WHOLE);
  return {
    rules: end === -1 ? rules : rules.slice(0, end + 1),
    salt,
    rest: { variant: offVariant, decidedBy: { kind: "no-match" } },
  };
}

/** The maximum number of cells to count; above it, sampling is as good. */
const MAX_CELLS = 100_000;

/** The number of buckets for each step, and the number of all buckets. */
export interface BucketCounts {
  readonly counts: StepCounts;
  readonly all: bigint;
}

/** The buckets of one salt and subject attribute, cut where an answer may change. */
interface Dimension {
  readonly name: string;
  readonly cells: readonly { readonly from: number; readonly width: number }[];
}

/**
 * Counts the buckets in which the answer changes. All buckets of a salt contain equally many subjects; the buckets of
 * two salts, of two attributes, and of a share and a split are independent of each other. Ignores the conditions of
 * rules.
 *
 * @returns undefined if there are too many cells to count
 */
export function countBuckets(pair: VersionPair, was: BucketedFlag, is: BucketedFlag): BucketCounts | undefined {
  const dimensions = dimensionsOf([was, is]);
  if (dimensions.reduce((product, { cells }) => product * cells.length, 1) > MAX_CELLS) return undefined;
  const isFlip = flipTest(pair);
  const counts: StepCounts = new Map();
  const buckets = new Map<string, number>();
  const visit = (depth: number, count: bigint): void => {
    const dimension = dimensions[depth];
    if (dimension !== undefined) {
      for (const { from, width } of dimension.cells) {
        buckets.set(dimension.name, from);
        visit(depth + 1, count * BigInt(width));
      }
      return;
    }
    const { variant: from } = answerIn(was, buckets);
    const { variant: to, decidedBy } = answerIn(is, buckets);
    if (isFlip(from, to)) countStep(counts, { from, to, decidedBy }, count);
  };
  visit(0, 1n);
  return { counts, all: BigInt(WHOLE) ** BigInt(dimensions.length) };
}

/** Returns the answer of a subject that is in the given buckets and meets all conditions. */
function answerIn({ rules, salt, rest }: BucketedFlag, buckets: ReadonlyMap<string, number>): Answer {
  for (const { share, by, evaluation, split } of rules) {
    if (share < WHOLE && (buckets.get(shareBucket(by, salt)) ?? 0) >= share) continue;
    const part = split && partAt(split.ceilings, buckets.get(splitBucket(by, salt)) ?? 0);
    const answer = part === undefined ? evaluation : split?.evaluations[part];
    if (answer !== undefined) return { variant: answer.variant ?? null, decidedBy: decidedByOf(answer) };
  }
  return rest;
}

function dimensionsOf(sides: readonly BucketedFlag[]): readonly Dimension[] {
  const limits = new Map<string, Set<number>>();
  const cut = (name: string, limit: number) => {
    const known = limits.get(name) ?? new Set([0]);
    limits.set(name, limit < WHOLE ? known.add(limit) : known);
  };
  for (const { rules, salt } of sides) {
    for (const { share, by, split } of rules) {
      if (share < WHOLE) cut(shareBucket(by, salt), share);
      for (const ceiling of split?.ceilings ?? []) cut(splitBucket(by, salt), ceiling);
    }
  }
  return Array.from(limits, ([name, starts]) => {
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
