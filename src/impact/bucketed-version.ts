import type { DecidedBy } from "../core/describe/decided-by.ts";
import { subjectOf } from "../core/evaluate/bucket.ts";
import { type CompiledRule, compileRules } from "../core/evaluate/compile-rule.ts";
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

/** Prepares a version for counting in buckets; undefined if the flag cannot be evaluated. */
export function bucketedVersion({ flag, all }: Version): BucketedVersion | undefined {
  if (flag === null) return [constantFlag({ variant: null, decidedBy: { kind: "archived" } })];
  if (flawOf(flag) !== undefined) return undefined;
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

/** Returns the attributes that conditions do not read and whose subjects fill the buckets. */
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
 */
export function narrowedTo(version: BucketedVersion, context: EvaluationContext): Narrowed {
  const met = version.map(({ rules }) => rulesMet(rules, context));
  return {
    id: met.map((indexes) => indexes.join()).join(";"),
    version: () =>
      version.map((flag, at) => ({
        ...flag,
        rules: flag.rules.filter((_, index) => met[at]?.includes(index) === true),
      })),
  };
}

function rulesMet(rules: readonly CompiledRule[], context: EvaluationContext): readonly number[] {
  const met: number[] = [];
  for (const [index, { when, by, share }] of rules.entries()) {
    if (when !== null && when(context) !== true) continue;
    if (by !== null && subjectOf(context, by) === undefined) continue;
    met.push(index);
    if (share === WHOLE) break;
  }
  return met;
}
