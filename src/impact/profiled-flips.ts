import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { type Budget, take } from "../core/work.ts";
import { eachCell, MAX_CELLS, type VisitCell } from "./bucket-count.ts";
import { type BucketedVersion, narrowedTo } from "./bucketed-version.ts";
import { countStep, type Step, type StepCounts, totalOf } from "./moves.ts";
import { flipTest, type VersionPair } from "./version-pair.ts";

/** A set of people who meet the same rules, as a share of all people from 0 to 1 or as a count. */
export interface Profile {
  readonly versions: readonly BucketedVersion[];
  weight: number;
}

/** A context, and how many people it stands for. */
export interface WeightedContext {
  readonly context: EvaluationContext;
  readonly weight: number;
}

/** Groups contexts by the rules that they meet in all versions. */
export function profilesOf(
  versions: readonly BucketedVersion[],
  people: Iterable<WeightedContext>,
  isCounted: (by: string) => boolean,
): readonly Profile[] {
  const profiles = new Map<string, Profile>();
  for (const { context, weight } of people) {
    const narrowed = versions.map((version) => narrowedTo(version, context, isCounted));
    const id = narrowed.map((each) => each.id).join("|");
    const known = profiles.get(id);
    if (known === undefined) profiles.set(id, { versions: narrowed.map(({ version }) => version()), weight });
    else known.weight += weight;
  }
  return [...profiles.values()];
}

/** The steps to visit one cell of buckets, besides those for each rule. */
const CELL = 10;

/** The buckets of one profile in which the answer changes, and the number of all buckets. */
export interface CountedProfile {
  readonly counts: StepCounts;
  readonly all: bigint;
  readonly weight: number;
}

/**
 * Counts the buckets of each profile in which the answer changes; undefined if there are too many to count.
 *
 * @param budget  limits the number of buckets
 */
export function countProfiles(
  pair: VersionPair,
  profiles: readonly Profile[],
  budget: Budget,
): readonly CountedProfile[] | undefined {
  const isFlip = flipTest(pair);
  const counted: CountedProfile[] = [];
  for (const { versions, weight } of profiles) {
    const counts: StepCounts = new Map();
    const steps = versions.flat().reduce((sum, flag) => sum + flag.rules.length, CELL);
    let cells = 0;
    const visit: VisitCell = ([was, is], count) => {
      cells += 1;
      const [from, to] = [was?.variant ?? null, is?.variant ?? null];
      if (is !== undefined && isFlip(from, to)) countStep(counts, { from, to, decidedBy: is.decidedBy }, count);
    };
    const all = eachCell(versions, visit, Math.min(MAX_CELLS, Math.floor(budget.left / steps)));
    take(budget, cells * steps);
    if (all === undefined) return undefined;
    counted.push({ counts, all, weight });
  }
  return counted;
}

/** Sums over profiles of a share from 0 to 1, and of its square. */
export interface Sum {
  total: number;
  squares: number;
}

/** Sums the shares of everyone who gets a different answer, and of each step. */
export function sumsOf(counted: readonly CountedProfile[]): {
  readonly flipped: Sum;
  readonly steps: readonly (Sum & { readonly step: Step })[];
} {
  const flipped = { total: 0, squares: 0 };
  const sums = new Map<string, Sum & { readonly step: Step }>();
  for (const { counts, all, weight } of counted) {
    add(flipped, Number(totalOf(counts)) / Number(all), weight);
    for (const [id, { step, count }] of counts) {
      const sum = sums.get(id) ?? { step, total: 0, squares: 0 };
      sums.set(id, sum);
      add(sum, Number(count) / Number(all), weight);
    }
  }
  const steps = [...sums]
    .sort(([a, { total: most }], [b, { total: least }]) => least - most || (a < b ? -1 : 1))
    .map(([, sum]) => sum);
  return { flipped, steps };
}

function add(sum: Sum, share: number, weight: number): void {
  sum.total += share * weight;
  sum.squares += share ** 2 * weight;
}
