import { type Budget, take } from "../../core/work.ts";
import { bucketOf, splitBucketOf } from "../../core/evaluate/bucket.ts";
import { DEFAULT_BY, type Flag, WHOLE } from "../../core/flag/flag.ts";
import { ceilingsOf, type ServingRule, servingRulesOf, subjectAttribute } from "../../core/flag/serving-rules.ts";

/** The number of ids to find for each range. Several are needed, because other shares and splits divide them further. */
const IDS_EACH = 3;
/** The maximum number of ids to try to find one between two shares; a range of 0.001 % needs about this many. */
const MAX_TRIED = 300_000;

/**
 * Returns ids for each subject attribute of shares and splits. Some of them lie between every two neighbouring shares of
 * the flags, so that for any two shares there is an id that only one of them includes. When the budget is spent, some are
 * missing.
 */
export function subjectsOf(flags: readonly Flag[], budget: Budget): ReadonlyMap<string, readonly string[]> {
  const salts = new Set(flags.map(({ salt }) => salt));
  const counting = Map.groupBy(flags.flatMap(servingRulesOf), subjectAttribute);
  counting.delete(null);
  return new Map(
    Array.from(counting, ([by, rules]) => [by ?? DEFAULT_BY, idsFor(by ?? DEFAULT_BY, rules, salts, budget)]),
  );
}

function idsFor(
  by: string,
  rules: readonly ServingRule[],
  salts: ReadonlySet<string>,
  budget: Budget,
): readonly string[] {
  const gates = rules.flatMap(({ portion }) => portion?.share ?? []);
  const splits = rules.flatMap(({ serve }) => ("split" in serve ? ceilingsOf(serve) : []));
  const found = new Set<string>();
  const stem = by.replace(/Id$/, "");
  for (const salt of salts) {
    const open = [
      { bucket: bucketOf, ranges: rangesOf(gates) },
      { bucket: splitBucketOf, ranges: rangesOf(splits) },
    ];
    for (let n = 1; n <= MAX_TRIED && open.some(({ ranges }) => ranges.missing > 0); n += 1) {
      if (!take(budget, 1)) return [...found];
      const id = `${stem}-${n}`;
      for (const { bucket, ranges } of open) {
        if (ranges.missing > 0 && ranges.isNeeded(bucket(salt, id))) found.add(id);
      }
    }
  }
  return [...found];
}

/** The ranges of buckets between neighbouring shares. */
interface Ranges {
  /** The number of ids that are still to be found. */
  readonly missing: number;
  /** Counts a bucket; returns whether its range needs it. */
  readonly isNeeded: (bucket: number) => boolean;
}

function rangesOf(shares: readonly number[]): Ranges {
  const cuts = [...new Set([0, ...shares, WHOLE])].sort((a, b) => a - b);
  const missing = cuts.slice(1).map(() => IDS_EACH);
  let left = missing.length * IDS_EACH;
  return {
    get missing() {
      return left;
    },
    isNeeded: (bucket) => {
      const range = lastAtMost(cuts, bucket);
      const open = missing[range] ?? 0;
      if (open === 0) return false;
      missing[range] = open - 1;
      left -= 1;
      return true;
    },
  };
}

/** Returns the index of the last number that is not above a value. The numbers ascend, and the first is not above it. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle;
    else high = middle;
  }
  return low;
}
