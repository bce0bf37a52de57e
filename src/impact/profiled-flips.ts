import type { CompiledRule } from "../core/evaluate/compile-rule.ts";
import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { WHOLE } from "../core/flag/flag.ts";
import { type BucketedFlag, countBuckets } from "./bucket-count.ts";
import { meanOf } from "./margin.ts";
import { type Step, totalOf } from "./moves.ts";
import type { Population } from "./population.ts";
import type { Flips, Measured } from "./report.ts";
import type { VersionPair } from "./version-pair.ts";

/** Sums over all contexts of a share from 0 to 1, and of its square. */
interface Sum {
  total: number;
  squares: number;
}

/**
 * Estimates how many people get a different answer. For generated contexts only the matching rules are sampled; bucket
 * shares are counted exactly for each set of matching rules. Chance therefore affects how common each set is, but
 * not which buckets subjects fall into.
 *
 * @returns undefined if there are too many buckets to count
 */
export function profiledFlips(
  pair: VersionPair,
  [was, is]: readonly [BucketedFlag, BucketedFlag],
  { contexts, note }: Population,
): Flips | undefined {
  const profiles = new Map<string, { readonly was: BucketedFlag; readonly is: BucketedFlag; people: number }>();
  for (const context of contexts) {
    const [before, after] = [rulesMet(was, context), rulesMet(is, context)];
    const id = `${before.map(({ at }) => at).join()}|${after.map(({ at }) => at).join()}`;
    const profile = profiles.get(id);
    if (profile !== undefined) profile.people += 1;
    else profiles.set(id, { was: withRules(was, before), is: withRules(is, after), people: 1 });
  }
  const sums = new Map<string, Sum & { readonly step: Step }>();
  const flipped = { total: 0, squares: 0 };
  for (const { people, ...profile } of profiles.values()) {
    const counted = countBuckets(pair, profile.was, profile.is);
    if (counted === undefined) return undefined;
    const { counts, all } = counted;
    add(flipped, Number(totalOf(counts)) / Number(all), people);
    for (const [id, { step, count }] of counts) {
      const sum = sums.get(id) ?? { step, total: 0, squares: 0 };
      sums.set(id, sum);
      add(sum, Number(count) / Number(all), people);
    }
  }
  const measured = ({ total, squares }: Sum): Measured => meanOf(total, squares, contexts.length);
  const moves = [...sums]
    .sort(([a, { total: most }], [b, { total: least }]) => least - most || (a < b ? -1 : 1))
    .map(([, sum]) => ({ ...sum.step, ...measured(sum) }));
  return { method: "sampled", sample: note.size, flipped: measured(flipped), moves };
}

interface RuleMet {
  /** The number of the rule. */
  readonly at: number;
  readonly rule: CompiledRule;
}

/** Returns the rules whose conditions a context meets, up to one that serves all who meet it. */
function rulesMet({ rules }: BucketedFlag, context: EvaluationContext): readonly RuleMet[] {
  const met: RuleMet[] = [];
  for (const [at, rule] of rules.entries()) {
    if (rule.when !== null && rule.when(context) !== true) continue;
    met.push({ at, rule });
    if (rule.share === WHOLE) break;
  }
  return met;
}

function withRules(flag: BucketedFlag, met: readonly RuleMet[]): BucketedFlag {
  return { ...flag, rules: met.map(({ rule }) => rule) };
}

function add(sum: Sum, share: number, people: number): void {
  sum.total += share * people;
  sum.squares += share ** 2 * people;
}
