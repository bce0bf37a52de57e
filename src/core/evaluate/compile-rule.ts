import { bucketAfter, splitHead } from "./bucket.ts";
import type { Evaluation, EvaluationContext, Reason } from "./evaluation.ts";
import { type Flag, type Share, WHOLE } from "../flag/flag.ts";
import {
  type Audience,
  ceilingsOf,
  isForEveryone,
  type ServingRule,
  servingRulesOf,
  subjectAttribute,
} from "../flag/serving-rules.ts";
import { anyListing } from "./listing.ts";
import { matcher } from "./matcher.ts";
import type { HashedHead } from "./murmur3.ts";
import type { Answers } from "./outcome.ts";
import type { Truth } from "./truth.ts";

/** A serving rule, compiled. Every answer that it can give is made beforehand. */
export interface CompiledRule {
  /** Null: everyone. */
  readonly when: ((context: EvaluationContext) => Truth) | null;
  /** A subject is inside while its bucket is below the share; {@link WHOLE} needs no bucket. */
  readonly share: Share;
  /** The subject attribute of share and split; null where the rule has neither. */
  readonly by: string | null;
  /** The answer of a rule without a split; undefined where a split decides. */
  readonly evaluation: Evaluation | undefined;
  readonly split: CompiledSplit | undefined;
}

export interface CompiledSplit {
  readonly head: HashedHead;
  /** Part n is served below `ceilings[n]`; the last ceiling is {@link WHOLE}. */
  readonly ceilings: readonly number[];
  readonly evaluations: readonly Evaluation[];
}

/** Compiles the rules of a flag in their order, then its default rollout. A rule with a share of 0 % is left out. */
export function compileRules(flag: Flag, answers: Answers): readonly CompiledRule[] {
  return servingRulesOf(flag)
    .filter(({ portion }) => portion?.share !== 0)
    .map((rule) => compileRule(rule, flag.salt, answers));
}

function compileRule(rule: ServingRule, salt: string, answers: Answers): CompiledRule {
  const { name, portion, serve } = rule;
  const reason = reasonOf(rule);
  const answer = (variant: string) => answers.serving(variant, reason, name === null ? undefined : { rule: name });
  const shared = {
    when: isForEveryone(rule) ? null : audienceTest(rule.who),
    share: portion?.share ?? WHOLE,
    by: subjectAttribute(rule),
  };
  if ("variant" in serve) return { ...shared, evaluation: answer(serve.variant), split: undefined };
  const evaluations = serve.split.map(({ variant }) => answer(variant));
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

function audienceTest(who: Audience): (context: EvaluationContext) => Truth {
  return who.kind === "lists" ? anyListing(who.lists) : matcher(who.when);
}

/** Returns which part of a split a subject gets. */
export function partOf(split: CompiledSplit, subject: string): Evaluation | undefined {
  return split.evaluations[partAt(split.ceilings, bucketAfter(split.head, subject))];
}

/** Returns the number of the part, from 0, that a bucket falls in. Parts of 0 % have no bucket. */
export function partAt(ceilings: readonly number[], bucket: number): number {
  let part = 0;
  while (bucket >= (ceilings[part] ?? WHOLE)) part += 1;
  return part;
}
