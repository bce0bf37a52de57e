import type { Condition } from "./condition.ts";
import {
  DEFAULT_BY,
  type Flag,
  type Portion,
  type Rollout,
  type Rule,
  type Serve,
  type VariantName,
  WHOLE,
} from "./flag.ts";

/** A rule or the default rollout of a flag, in one shape: its audience, its share, and what it serves. */
export interface ServingRule {
  /** Null for the default rollout. */
  readonly name: string | null;
  readonly who: Audience;
  /** Null includes everyone in the audience, even contexts without a subject. */
  readonly portion: Portion | null;
  readonly serve: Serve;
}

/** The contexts to which a serving rule applies, before its share is considered. */
export type Audience =
  | { readonly kind: "condition"; readonly when: Condition }
  /** Everyone who is on at least one of the lists. */
  | { readonly kind: "lists"; readonly lists: Lists };

/** Lists of ids or roles, by attribute. Values are compared as text: 42 is on a list that contains "42". */
export type Lists = Readonly<Record<string, readonly string[]>>;

const EVERYONE: Audience = { kind: "condition", when: { op: "all", of: [] } };

/**
 * Returns the rules of a flag in their order, then its default rollout. The first rule that serves a context decides
 * its answer.
 */
export function servingRulesOf(flag: Pick<Flag, "rules" | "rollout" | "serve">): readonly ServingRule[] {
  return [...flag.rules.map(servingRule), defaultRollout(flag)];
}

/** Returns a rule as a serving rule. */
export function servingRule({ name, when, portion, serve }: Rule): ServingRule {
  return { name, who: { kind: "condition", when }, portion, serve };
}

/** Returns the default rollout of a flag as a serving rule. */
export function defaultRollout({ rollout, serve }: Pick<Flag, "rollout" | "serve">): ServingRule {
  const portion = rollout.strategy === "percentage" ? rollout.portion : null;
  return { name: null, who: audienceOf(rollout), portion, serve };
}

/** Returns the audience of a default rollout: the people on its lists, or everyone. */
export function audienceOf(rollout: Rollout): Audience {
  if (rollout.strategy === "role") return { kind: "lists", lists: { userRole: rollout.roles } };
  return rollout.strategy === "whitelist" ? { kind: "lists", lists: rollout.lists } : EVERYONE;
}

/** Returns whether a rule applies to every context. Its share may still exclude some. */
export function isForEveryone({ who }: Pick<ServingRule, "who">): boolean {
  return who.kind === "condition" && who.when.op === "all" && who.when.of.length === 0;
}

/** Returns whether a rule can never serve anyone: its share is 0 %, or its lists are empty. */
export function servesNobody({ who, portion }: ServingRule): boolean {
  return portion?.share === 0 || (who.kind === "lists" && Object.values(who.lists).every((ids) => ids.length === 0));
}

/** Returns the attribute whose subjects the share or the split of a rule counts; null for a rule that has neither. */
export function subjectAttribute({ portion, serve }: Pick<ServingRule, "portion" | "serve">): string | null {
  return portion?.by ?? ("split" in serve ? DEFAULT_BY : null);
}

/** Returns whether the outcome of a rule depends on buckets. */
export function usesBuckets({ portion, serve }: ServingRule): boolean {
  return "split" in serve || (portion !== null && portion.share > 0 && portion.share < WHOLE);
}

/** Returns every variant that a rule names, including those with 0 % of a split. */
export function variantsIn(serve: Serve): readonly VariantName[] {
  return "variant" in serve ? [serve.variant] : serve.split.map(({ variant }) => variant);
}

/** Returns the variants that a subject can get: without those that have 0 % of a split. */
export function variantsServed(serve: Serve): ReadonlySet<VariantName> {
  if ("variant" in serve) return new Set([serve.variant]);
  return new Set(serve.split.filter(({ share }) => share > 0).map(({ variant }) => variant));
}

/** Returns where each part of a split ends: part n is served to buckets below `ceilings[n]`. The last is {@link WHOLE}. */
export function ceilingsOf(serve: Extract<Serve, { split: unknown }>): readonly number[] {
  let ceiling = 0;
  return serve.split.map(({ share }) => (ceiling += share));
}
