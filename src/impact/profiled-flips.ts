import type { CompiledRule } from "../core/evaluate/compile-rule.ts";
import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { WHOLE } from "../core/flag/flag.ts";
import { type BucketedFlag, bucketedFlag, countBuckets, haveSubjects } from "./bucket-count.ts";
import { meanOf } from "./margin.ts";
import { stepId, type Step } from "./moves.ts";
import type { Population } from "./population.ts";
import type { Flips, Measured } from "./report.ts";
import type { VersionPair } from "./version-pair.ts";

/** How large a part of those who meet the same rules takes a step, 0–1. */
interface StepShare {
  readonly id: string;
  readonly step: Step;
  readonly share: number;
}

/** Sums over all contexts of the share of one step, and of its square. */
interface Sum {
  readonly step: Step;
  total: number;
  squares: number;
}

/**
 * Estimates how many people get a different answer. For generated contexts only the matching rules are sampled; bucket
 * shares are counted exactly for each set of matching rules. So chance affects how common each set is, and not which
 * buckets subjects fall into.
 *
 * @param isSubject  whether an attribute is a different one in every context
 * @returns          undefined where a flag has requirements, or a subject attribute is shared or missing
 */
export function profiledFlips(
  pair: VersionPair,
  { contexts, note }: Population,
  isSubject: (attribute: string) => boolean,
): Flips | undefined {
  const [was, is] = [bucketedFlag(pair.before.flag), bucketedFlag(pair.after.flag)];
  if (was === undefined || is === undefined || !haveSubjects([was, is], isSubject)) return undefined;
  const profiles = new Map<string, { readonly was: BucketedFlag; readonly is: BucketedFlag; people: number }>();
  for (const context of contexts) {
    const [before, after] = [rulesMet(was, context), rulesMet(is, context)];
    const id = `${before.map(({ at }) => at).join()}|${after.map(({ at }) => at).join()}`;
    const profile = profiles.get(id);
    if (profile !== undefined) profile.people += 1;
    else profiles.set(id, { was: withRules(was, before), is: withRules(is, after), people: 1 });
  }
  const sums = new Map<string, Sum>();
  const flipped = { total: 0, squares: 0 };
  for (const { people, ...profile } of profiles.values()) {
    const shares = stepShares(pair, profile.was, profile.is);
    if (shares === undefined) return undefined;
    add(
      flipped,
      shares.reduce((sum, { share }) => sum + share, 0),
      people,
    );
    for (const { id, step, share } of shares) {
      const sum = sums.get(id) ?? { step, total: 0, squares: 0 };
      sums.set(id, sum);
      add(sum, share, people);
    }
  }
  const measured = ({ total, squares }: Omit<Sum, "step">): Measured => meanOf(total, squares, contexts.length);
  const moves = [...sums.entries()]
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

/** Returns each step once, with its share of those who meet these rules. */
function stepShares(pair: VersionPair, was: BucketedFlag, is: BucketedFlag): readonly StepShare[] | undefined {
  const counted = countBuckets(pair, was, is);
  if (counted === undefined) return undefined;
  const counts = new Map<string, { readonly step: Step; count: bigint }>();
  for (const { step, count } of counted.steps) {
    const id = stepId(step);
    const known = counts.get(id);
    if (known === undefined) counts.set(id, { step, count });
    else known.count += count;
  }
  return Array.from(counts, ([id, { step, count }]) => ({ id, step, share: Number(count) / Number(counted.all) }));
}

function add(sum: { total: number; squares: number }, share: number, people: number): void {
  sum.total += share * people;
  sum.squares += share ** 2 * people;
}
