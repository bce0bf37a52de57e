import type { DecidedBy } from "../core/describe/decided-by.ts";
import { bucketAfter, bucketOf, subjectOf } from "../core/evaluate/bucket.ts";
import { type CompiledRule, compileRules, partAt } from "../core/evaluate/compile-rule.ts";
import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { answersOf } from "../core/evaluate/outcome.ts";
import { type Flag, type FlagKey, type VariantName, WHOLE } from "../core/flag/flag.ts";
import { flawOf } from "../core/flag/flaw.ts";
import { requirementDepths } from "../core/flag/requirement-depth.ts";
import type { Version } from "./version-pair.ts";

/** The variant that a version of a flag serves, with what decides it. */
export interface Answer {
  /** Null if the flag does not exist or cannot be evaluated. */
  readonly variant: VariantName | null;
  readonly decidedBy: DecidedBy;
}

/** A flag whose answers depend only on attributes, on buckets, and on the flags before it in its version. */
export interface BucketedFlag {
  /** Compiled, up to the first that serves everyone. */
  readonly rules: readonly CompiledRule[];
  readonly salt: string;
  readonly requires: readonly BucketedRequirement[];
  /** The answer for a context that does not meet the requirements. */
  readonly unmet: Answer;
  /** The answer for a context that no rule serves. */
  readonly rest: Answer;
}

interface BucketedRequirement {
  /** The index of the required flag in the version; null for a requirement that is never met. */
  readonly at: number | null;
  readonly variants: readonly VariantName[];
}

/** One version of a flag, after all flags that it requires, directly or indirectly. Required flags come first. */
export type BucketedVersion = readonly BucketedFlag[];

/** Prepares a version for counting in buckets. */
export function bucketedVersion({ flag, all }: Version): BucketedVersion {
  if (flag === null) return [constantFlag({ variant: null, decidedBy: { kind: "archived" } })];
  const required = requiredFlags(flag, all);
  const requirements = new Map(
    [...required, flag].flatMap((each) => (requiresAny(each) ? [[each.key, each.requires]] : [])),
  );
  const depths = requirementDepths(requirements);
  const ordered = [...required.sort((a, b) => (depths.get(a.key) ?? 0) - (depths.get(b.key) ?? 0)), flag];
  const indexes = new Map(ordered.map(({ key }, index) => [key, index]));
  return ordered.map((each) => {
    const isSettled = !requirements.has(each.key) || depths.has(each.key);
    const requires = each.requires.map(({ flag: key, variants }): BucketedRequirement => {
      return { at: isSettled ? (indexes.get(key) ?? null) : null, variants };
    });
    return bucketedFlag(each, requires);
  });
}

/** Returns the flags whose answers a flag needs, directly or indirectly, without itself. */
function requiredFlags(flag: Flag, all: Version["all"]): Flag[] {
  const found = new Map<FlagKey, Flag>([[flag.key, flag]]);
  const open = [flag];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!requiresAny(next)) continue;
    for (const { flag: key } of next.requires) {
      const required = all.get(key);
      if (required === undefined || found.has(key)) continue;
      found.set(key, required);
      open.push(required);
    }
  }
  found.delete(flag.key);
  return [...found.values()];
}

/** Returns whether the answers of a flag depend on other flags: those of a disabled flag do not. */
function requiresAny(flag: Flag): boolean {
  return flag.enabled && flag.requires.length > 0 && flawOf(flag) === undefined;
}

function bucketedFlag(flag: Flag, requires: readonly BucketedRequirement[]): BucketedFlag {
  if (flawOf(flag) !== undefined) return constantFlag({ variant: null, decidedBy: { kind: "error" } });
  const { salt, offVariant: variant } = flag;
  if (!flag.enabled) return constantFlag({ variant, decidedBy: { kind: "disabled" } });
  const rules = compileRules(flag, answersOf(flag, undefined));
  const end = rules.findIndex(({ when, share, by }) => when === null && share === WHOLE && by === null);
  return {
    rules: end === -1 ? rules : rules.slice(0, end + 1),
    salt,
    requires,
    unmet: { variant, decidedBy: { kind: "requirement" } },
    rest: { variant, decidedBy: { kind: "no-match" } },
  };
}

function constantFlag(rest: Answer): BucketedFlag {
  return { rules: [], salt: "", requires: [], unmet: rest, rest };
}

/** Returns the attributes whose values are the subjects of shares and splits. */
export function subjectsIn(version: BucketedVersion): ReadonlySet<string> {
  return new Set(version.flatMap(({ rules }) => rules.flatMap(({ by }) => by ?? [])));
}

/** Returns whether some rule has a condition, so that answers depend on more than buckets. */
export function hasConditions(version: BucketedVersion): boolean {
  return version.some(({ rules }) => rules.some(({ when }) => when !== null));
}

/** A version as it answers one context, without its bucket. */
export interface Narrowed {
  /** Equal for contexts that the same rules match. */
  readonly id: string;
  readonly version: () => BucketedVersion;
}

/**
 * Leaves out the rules that cannot serve a context: those whose condition it does not meet, and those whose subject it
 * lacks.
 *
 * @param isCounted  returns whether the buckets of a subject attribute are counted; otherwise the bucket of the context's
 *   own subject decides
 */
export function narrowedTo(
  version: BucketedVersion,
  context: EvaluationContext,
  isCounted: (by: string) => boolean,
): Narrowed {
  const met = version.map((flag) => rulesMet(flag, context, isCounted));
  return {
    id: met.map((rules) => rules.map(({ id }) => id).join()).join(";"),
    version: () => version.map((flag, at) => ({ ...flag, rules: met[at]?.map(({ rule }) => rule) ?? [] })),
  };
}

interface RuleMet {
  readonly id: string;
  readonly rule: CompiledRule;
}

function rulesMet(
  { rules, salt }: BucketedFlag,
  context: EvaluationContext,
  isCounted: (by: string) => boolean,
): readonly RuleMet[] {
  const met: RuleMet[] = [];
  for (const [index, rule] of rules.entries()) {
    const { when, by } = rule;
    if (when !== null && when(context) !== true) continue;
    const found = by === null || isCounted(by) ? { id: String(index), rule } : settled(index, rule, salt, context);
    if (found === undefined || (by !== null && subjectOf(context, by) === undefined)) continue;
    met.push(found);
    if (found.rule.share === WHOLE) break;
  }
  return met;
}

/** Returns the rule as it serves the context's own bucket; undefined if the bucket is outside the share. */
function settled(index: number, rule: CompiledRule, salt: string, context: EvaluationContext): RuleMet | undefined {
  const { by, share, split, evaluation } = rule;
  const subject = by === null ? undefined : subjectOf(context, by);
  if (subject === undefined || (share < WHOLE && bucketOf(salt, subject) >= share)) return undefined;
  const part = split && partAt(split.ceilings, bucketAfter(split.head, subject));
  const answer = part === undefined ? evaluation : split?.evaluations[part];
  const isServed = { ...rule, share: WHOLE, by: null, split: undefined, evaluation: answer };
  return { id: `${index}:${part ?? ""}`, rule: isServed };
}
