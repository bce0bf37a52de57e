import { attributeOf, subjectText } from "../flag/attribute.ts";
import { bucketAfter, splitHead } from "./bucket.ts";
import type { Evaluation, Reason } from "./evaluation.ts";
import { type Flag, type Share, WHOLE } from "../flag/flag.ts";
import {
  type Audience,
  ceilingsOf,
  isForEveryone,
  type Lists,
  type ServingRule,
  servingRulesOf,
  subjectAttribute,
} from "../flag/serving-rules.ts";
import { matcher, type Matcher } from "./matcher.ts";
import type { HashedHead } from "./murmur3.ts";
import type { Answer } from "./outcome.ts";

/** A compiled serving rule, with every answer that it can give. */
export interface CompiledRule {
  /** Null matches everyone. */
  readonly when: Matcher | null;
  /** A share includes a subject whose bucket is below it; {@link WHOLE} needs no bucket. */
  readonly share: Share;
  /** The subject attribute of the share and the split; null if the rule has neither. */
  readonly by: string | null;
  /** The answer of a rule without a split; undefined if a split decides. */
  readonly evaluation: Evaluation | undefined;
  readonly split: CompiledSplit | undefined;
}

/** A compiled split, with the answer of each part. */
export interface CompiledSplit {
  readonly head: HashedHead;
  /** Part n is served to buckets below `ceilings[n]`; the last ceiling is {@link WHOLE}. */
  readonly ceilings: readonly number[];
  readonly evaluations: readonly Evaluation[];
}

/** Compiles the rules of a flag in their order, then its default rollout. A rule with a share of 0 % is left out. */
export function compileRules(flag: Flag, answer: Answer): readonly CompiledRule[] {
  return servingRulesOf(flag)
    .filter(({ portion }) => portion?.share !== 0)
    .map((rule) => compileRule(rule, flag.salt, answer));
}

function compileRule(rule: ServingRule, salt: string, answer: Answer): CompiledRule {
  const { name, portion, serve } = rule;
  const reason = reasonOf(rule);
  const served = (variant: string) => answer(variant, reason, name === null ? undefined : { rule: name });
  const shared = {
    when: isForEveryone(rule) ? null : audienceTest(rule.who),
    share: portion?.share ?? WHOLE,
    by: subjectAttribute(rule),
  };
  if ("variant" in serve) return { ...shared, evaluation: served(serve.variant), split: undefined };
  const evaluations = serve.split.map(({ variant }) => served(variant));
  return {
    ...shared,
    evaluation: undefined,
    split: { head: splitHead(salt), ceilings: ceilingsOf(serve), evaluations },
  };
}

function reasonOf(rule: ServingRule): Reason {
  if (subjectAttribute(rule) !== null) return "SPLIT";
  return rule.name === null && isForEveryone(rule) ? "STATIC" : "TARGETING_MATCH";
}

function audienceTest(who: Audience): Matcher {
  return who.kind === "lists" ? anyListing(who.lists) : matcher(who.when);
}

/** Compiles the lists of a default rollout: true for a context that is on at least one of them. */
function anyListing(lists: Lists): Matcher {
  const listings = Object.entries(lists).map(([attribute, listed]) => listing(attribute, listed));
  const [only] = listings;
  if (only && listings.length === 1) return only;
  return (context) => listings.some((isOn) => isOn(context) === true);
}

/**
 * Compares ids as text, so that 42 is on a list that contains "42". At least one element of a list-valued attribute
 * must be listed.
 */
function listing(attribute: string, listed: readonly string[]): Matcher {
  const texts = new Set(listed);
  const isListed = (value: unknown) => {
    const text = subjectText(value);
    return text !== undefined && texts.has(text);
  };
  return (context) => {
    const value = attributeOf(context, attribute);
    return typeof value === "object" && Array.isArray(value) ? isAnyListed(value, isListed) : isListed(value);
  };
}

// Reads by index, because a caller's list may have an iterator that never ends.
function isAnyListed(values: readonly unknown[], isListed: (value: unknown) => boolean): boolean {
  for (let index = 0; index < values.length; index += 1) {
    if (isListed(values[index])) return true;
  }
  return false;
}

/** Returns the answer that a subject gets from a split. */
export function partOf(split: CompiledSplit, subject: string): Evaluation | undefined {
  return split.evaluations[partAt(split.ceilings, bucketAfter(split.head, subject))];
}

/** Returns the number, from 0, of the part that contains a bucket. Parts of 0 % have no bucket. */
export function partAt(ceilings: readonly number[], bucket: number): number {
  let part = 0;
  while (bucket >= (ceilings[part] ?? WHOLE)) part += 1;
  return part;
}
