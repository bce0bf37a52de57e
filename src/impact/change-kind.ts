import { constantAnswer } from "../core/flag/constant-answer.ts";
import { DEFAULT_BY, type Flag, type Portion, type Rule, WHOLE } from "../core/flag/flag.ts";
import { rulePairs } from "../core/flag/rule-pairs.ts";
import {
  type Audience,
  defaultRollout,
  isForEveryone,
  servesNobody,
  type ServingRule,
  servingRule,
  servingRulesOf,
  usesBuckets,
} from "../core/flag/serving-rules.ts";
import { sameJson } from "../core/json.ts";
import { impliesByForm } from "../core/logic/by-form.ts";
import type { Budget } from "../core/work.ts";
import { differingGroups, type FieldGroup, PROSE_GROUPS } from "../core/row/row.ts";
import { columnsOf } from "../core/row/row-codec.ts";
import { isEqualForEvaluation } from "./version-pair.ts";
import { own } from "../core/own.ts";

/**
 * The effect of a change on the people who already have an answer. `widen`: nobody loses what they have. `narrow`:
 * nobody gains. `reshuffle`: subjects move between answers although no share changed. `retarget`: anything else that
 * changes answers. `no-op`: nobody gets a different answer.
 */
export type ChangeKind = "widen" | "narrow" | "retarget" | "reshuffle" | "no-op";

/**
 * Returns the effect of a change on the people who already have an answer. It compares both versions without evaluating
 * contexts, so the same change always has the same kind. If the kind is uncertain, it is `retarget`.
 *
 * @param budget  limits the comparison of conditions; when it is spent, the kind is uncertain
 * @param before  null for a new flag, which widens unless it serves its off variant to everyone
 * @param after   null if the file is gone: the flag narrows to its fallback, unless it serves that to everyone already
 */
export function kindOf(before: Flag | null, after: Flag | null, budget: Budget): ChangeKind {
  if (before === null) return after === null || constantAnswer(after) === after.offVariant ? "no-op" : "widen";
  if (after === null) {
    if (constantAnswer(before) === before.fallback) return "no-op";
    return before.fallback === before.offVariant ? "narrow" : "retarget";
  }
  if (isEqualForEvaluation(before, after)) return "no-op";
  // A different value of a variant changes the answer of everyone who gets that variant.
  if (!keepsValues(before, after)) return "retarget";
  const [was, is] = [constantAnswer(before), constantAnswer(after)];
  if (was !== undefined && was === is) return "no-op";
  if (reshuffleOf(before, after) !== undefined) return "reshuffle";
  const [shrinks, grows] = [narrows(before, after, budget), narrows(after, before, budget)];
  if (shrinks && grows) return "no-op";
  return shrinks ? "narrow" : grows ? "widen" : "retarget";
}

function keepsValues(before: Flag, after: Flag): boolean {
  return Object.entries(before.variants).every(([name, value]) => {
    return !Object.hasOwn(after.variants, name) || sameJson(value, own(after.variants, name));
  });
}

/** Returns whether everyone whose answer changes certainly gets the off variant, which is the same in both versions. */
function narrows(before: Flag, after: Flag, budget: Budget): boolean {
  if (before.offVariant !== after.offVariant) return false;
  return effectOf(before, after) !== "raises" || covers(before, after, budget);
}

/**
 * The importance of a change for its reviewers. `none`: it changes nothing that programs see. `lowers`: it only
 * disables the flag or lowers shares, which needs no acknowledgement. `raises`: everything else, including uncertain
 * cases.
 */
export type ChangeEffect = "none" | "lowers" | "raises";

/** Returns the importance of a change to a flag for its reviewers. */
export function effectOf(before: Flag, after: Flag): ChangeEffect {
  const changed = changedFields(before, after);
  if (changed.length === 0) return "none";
  if (!after.enabled) return isSameOff(before, after) ? "lowers" : "raises";
  return changed.every((field) => isLowered(field, before, after)) ? "lowers" : "raises";
}

/** Returns the fields of a flag that differ, apart from those that only people read. */
export function changedFields(before: Flag, after: Flag): readonly FieldGroup[] {
  return differingGroups(columnsOf(before), columnsOf(after)).filter((group) => !PROSE_GROUPS.has(group));
}

/** Returns whether both versions serve the same value while disabled; otherwise everyone's answer changes. */
function isSameOff(before: Flag, after: Flag): boolean {
  const name = after.offVariant;
  return before.offVariant === name && sameJson(own(before.variants, name), own(after.variants, name));
}

function isLowered(field: FieldGroup, before: Flag, after: Flag): boolean {
  if (field === "client" || field === "protected") return true;
  if (field === "rollout" || field === "by") return isRolloutLowered(before, after);
  return field === "rules" && areRulesLowered(before, after);
}

function isRolloutLowered(before: Flag, after: Flag): boolean {
  const [was, is] = [before.rollout, after.rollout];
  if (is.strategy === "percentage" && is.portion.share === 0) return true;
  if (was.strategy === "all") return is.strategy !== "all" && !("split" in before.serve);
  if (was.strategy !== "percentage" || is.strategy !== "percentage") return false;
  return was.portion.by === is.portion.by && is.portion.share <= was.portion.share;
}

/**
 * Returns whether the only change to the rules is that shares are lowered. False if a rule is removed, or if a lowered
 * rule serves the off variant or belongs to a flag that is not boolean: people whom it no longer serves may get
 * something new from a later rule.
 */
function areRulesLowered(before: Flag, after: Flag): boolean {
  if (before.rules.length !== after.rules.length) return false;
  return before.rules.every((was, index) => {
    const is = after.rules[index];
    return is !== undefined && (sameJson(was, is) || isRuleLowered(was, is, after));
  });
}

function isRuleLowered(was: Rule, is: Rule, { type, offVariant }: Flag): boolean {
  if (!sameJson({ ...was, portion: null }, { ...is, portion: null })) return false;
  if (was.portion === null || is.portion === null || was.portion.by !== is.portion.by) return false;
  const serves = "variant" in is.serve && is.serve.variant !== offVariant;
  return type === "boolean" && serves && is.portion.share <= was.portion.share;
}

/**
 * Returns whether the wider flag certainly serves everyone whom the narrower one serves, with the same variant. Certain
 * only for flags whose rules all serve one variant, for which the order of rules does not matter: nearly all boolean
 * flags.
 */
function covers(wider: Flag, narrower: Flag, budget: Budget): boolean {
  if (wider.offVariant !== narrower.offVariant || !sameJson(wider.variants, narrower.variants)) return false;
  const [rules, covered] = [activeRules(wider), activeRules(narrower)];
  if (covered.length === 0) return true;
  const [variant, ...others] = new Set([...rules, ...covered].map(({ serve }) => "variant" in serve && serve.variant));
  if (variant === false || variant === wider.offVariant || others.length > 0) return false;
  const requiresNoMore = wider.requires.every(({ flag, variants }) =>
    narrower.requires.some((other) => other.flag === flag && other.variants.every((name) => variants.includes(name))),
  );
  const hasSameBuckets = wider.salt === narrower.salt;
  const isCovered = (rule: ServingRule) =>
    rules.some((other) => {
      return holdsShare(other.portion, rule.portion, hasSameBuckets) && includesAudience(other.who, rule.who, budget);
    });
  return requiresNoMore && covered.every(isCovered);
}

function activeRules(flag: Flag): readonly ServingRule[] {
  return flag.enabled ? servingRulesOf(flag).filter((rule) => !servesNobody(rule)) : [];
}

function holdsShare(wider: Portion | null, narrower: Portion | null, hasSameBuckets: boolean): boolean {
  if (wider === null) return true;
  // A context without the subject is in no share, not even in one of 100 %.
  if (narrower === null || wider.by !== narrower.by) return false;
  return wider.share === WHOLE || (hasSameBuckets && narrower.share <= wider.share);
}

/** Returns whether an audience certainly includes another. */
export function includesAudience(all: Audience, some: Audience, budget: Budget): boolean {
  if (isForEveryone({ who: all })) return true;
  if (all.kind === "condition") return some.kind === "condition" && impliesByForm(some.when, all.when, budget);
  if (some.kind === "condition") return false;
  return Object.entries(some.lists).every(([name, ids]) => {
    const listed = new Set(own(all.lists, name));
    return ids.every((id) => listed.has(id));
  });
}

/** The cause of a reshuffle. `field` and `rule` say where in the flag it is. */
export type Reshuffle =
  | { readonly field: "salt"; readonly rule: null; readonly was: string; readonly is: string }
  /** The share or split counts other subjects. `rule` is null for the default rollout. */
  | { readonly field: "rollout"; readonly rule: string | null; readonly was: string; readonly is: string }
  | { readonly field: "serve"; readonly rule: string | null };

/** Returns the first cause of a reshuffle; undefined if subjects are not reshuffled. */
export function reshuffleOf(before: Flag, after: Flag): Reshuffle | undefined {
  if (!before.enabled || !after.enabled) return undefined;
  const pairs = rulesOfBoth(before, after);
  if (before.salt !== after.salt && pairs.some(([was, is]) => usesBuckets(was) || usesBuckets(is))) {
    return { field: "salt", rule: null, was: before.salt, is: after.salt };
  }
  for (const [was, is] of pairs) {
    const [wasBy, isBy] = [was.portion?.by ?? DEFAULT_BY, is.portion?.by ?? DEFAULT_BY];
    if (usesBuckets(was) && usesBuckets(is) && wasBy !== isBy) {
      return { field: "rollout", rule: is.name, was: wasBy, is: isBy };
    }
    if ("split" in was.serve && "split" in is.serve && !sameJson(was.serve, is.serve)) {
      return { field: "serve", rule: is.name };
    }
  }
  return undefined;
}

/** Returns the rules that both versions have, and the default rollouts. */
function rulesOfBoth(before: Flag, after: Flag): readonly (readonly [ServingRule, ServingRule])[] {
  const pairs = rulePairs(before.rules, after.rules).flatMap(({ was, is }): [ServingRule, ServingRule][] => {
    return was === null ? [] : [[servingRule(was), servingRule(is)]];
  });
  return [...pairs, [defaultRollout(before), defaultRollout(after)]];
}
