import { bucketOf, splitBucketOf } from "../../core/evaluate/bucket.ts";
import { DEFAULT_BY, type Flag, WHOLE } from "../../core/flag/flag.ts";
import { ceilingsOf, type ServingRule, servingRulesOf, subjectAttribute } from "../../core/flag/serving-rules.ts";

/** The number of ids to find for each range. Several are needed, because other shares and splits divide them further. */
const IDS_EACH = 3;
/** The maximum number of ids to try to find one between two shares; a range of 0.001 % needs about this many. */
const MAX_TRIED = 300_000;

/**
 * Returns ids for each subject attribute of shares and splits. Some of them lie between every two neighbouring shares of
 * the flags, so that for any two shares there is an id that only one of them includes.
 */
export function subjectsOf(flags: readonly Flag[]): ReadonlyMap<string, readonly string[]> {
  const salts = new Set(flags.map(({ salt }) => salt));
  const counting = Map.groupBy(flags.flatMap(servingRulesOf), subjectAttribute);
  counting.delete(null);
  return new Map(Array.from(counting, ([by, rules]) => [by ?? DEFAULT_BY, idsFor(by ?? DEFAULT_BY, rules, salts)]));
}

function idsFor(by: string, rules: readonly ServingRule[], salts: ReadonlySet<string>): readonly string[] {
  const gates = rules.flatMap(({ portion }) => portion?.share ?? []);
  const splits = rules.flatMap(({ serve }) => ("split" in serve ? ceilingsOf(serve) : []));
  const found = new Set<string>();
  const stem = by.replace(/Id$/, "");
  for (const salt of salts) {
    const open = [
      { bucket: bucketOf, ranges: rangesOf(gates) },
      { bucket: splitBucketOf, ranges: rangesOf(splits) },
    ];
    for (let n = 1; n <= MAX_TRIED && open.some(({ ranges }) => ranges.length > 0); n += 1) {
      const id = `${stem}-${n}`;
      for (const each of open) {
        if (each.ranges.length === 0) continue;
        const bucket = each.bucket(salt, id);
        const range = each.ranges.find(({ from, to }) => bucket >= from && bucket < to);
        if (range === undefined) continue;
        found.add(id);
        range.missing -= 1;
        if (range.missing === 0) each.ranges = each.ranges.filter((other) => other !== range);
      }
    }
  }
  return [...found];
}

/** Returns the ranges of buckets between neighbouring shares. */
function rangesOf(shares: readonly number[]): readonly { from: number; to: number; missing: number }[] {
  const cuts = [...new Set([0, ...shares, WHOLE])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, index) => ({ from: cuts[index] ?? 0, to, missing: IDS_EACH }));
}
