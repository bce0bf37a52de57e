import { bucketAfter, splitHead } from "./bucket.ts";
import type { Evaluation, EvaluationContext, EvaluationMetadata, Reason } from "./evaluation.ts";
import {
  DEFAULT_BY,
  type Flag,
  type Portion,
  type Rollout,
  type Rule,
  type Serve,
  type Share,
  WHOLE,
} from "../flag/flag.ts";
import { anyListing, listing } from "./listing.ts";
import { matcher } from "./matcher.ts";
import type { HashedHead } from "./murmur3.ts";
import type { Answers } from "./outcome.ts";
import type { Truth } from "./truth.ts";

/** A rule or the last line, compiled: who + how much + what. Everything that it can answer is made beforehand. */
export interface Line {
  /** Null: everybody. */
  readonly when: ((context: EvaluationContext) => Truth) | null;
  /** Inside while the bucket is below it; {@link WHOLE} asks for no bucket. */
  readonly share: Share;
  /** The subject attribute of share and split, null where neither is. */
  readonly by: string | null;
  /** What everybody on the line is served; undefined where a split decides. */
  readonly evaluation: Evaluation | undefined;
  readonly split: CompiledSplit | undefined;
}

export interface CompiledSplit {
  readonly head: HashedHead;
  /** Part n is served below `ceilings[n]`; the last ceiling is {@link WHOLE}. */
  readonly ceilings: readonly number[];
  readonly evaluations: readonly Evaluation[];
}

/** Rules in their order, then the last line. A share of 0 takes nobody: such a line is left out. */
export function linesOf(flag: Flag, answers: Answers): readonly Line[] {
  const rules = flag.rules.filter((rule) => rule.portion?.share !== 0);
  const lines = rules.map((rule) => ruleLine(rule, flag.salt, answers));
  const isNobody = flag.rollout.strategy === "percentage" && flag.rollout.portion.share === 0;
  return isNobody ? lines : [...lines, lastLine(flag, answers)];
}

function ruleLine({ name, when, portion, serve }: Rule, salt: string, answers: Answers): Line {
  const isEverybody = when.op === "all" && when.of.length === 0;
  const reason = portion || "split" in serve ? "SPLIT" : "TARGETING_MATCH";
  return {
    when: isEverybody ? null : matcher(when),
    ...shareOf(portion, serve),
    ...compiledServe(serve, salt, reason, answers, { rule: name }),
  };
}

function lastLine({ rollout, serve, salt }: Flag, answers: Answers): Line {
  const portion = rollout.strategy === "percentage" ? rollout.portion : null;
  return {
    when: listingOf(rollout),
    ...shareOf(portion, serve),
    ...compiledServe(serve, salt, lastReason(rollout, serve), answers),
  };
}

function lastReason(rollout: Rollout, serve: Serve): Reason {
  if (rollout.strategy === "percentage" || "split" in serve) return "SPLIT";
  return rollout.strategy === "all" ? "STATIC" : "TARGETING_MATCH";
}

function listingOf(rollout: Rollout): Line["when"] {
  if (rollout.strategy === "role") return listing("userRole", rollout.roles);
  return rollout.strategy === "whitelist" ? anyListing(rollout.lists) : null;
}

function shareOf(portion: Portion | null, serve: Serve): Pick<Line, "share" | "by"> {
  if (portion) return portion;
  return { share: WHOLE, by: "split" in serve ? DEFAULT_BY : null };
}

function compiledServe(
  serve: Serve,
  salt: string,
  reason: Reason,
  answers: Answers,
  extra?: EvaluationMetadata,
): Pick<Line, "evaluation" | "split"> {
  if ("variant" in serve) return { evaluation: answers.serving(serve.variant, reason, extra), split: undefined };
  let ceiling = 0;
  const ceilings = serve.split.map(({ share }) => (ceiling += share));
  const evaluations = serve.split.map(({ variant }) => answers.serving(variant, reason, extra));
  return { evaluation: undefined, split: { head: splitHead(salt), ceilings, evaluations } };
}

/** Which part of a split a subject gets. */
export function partOf(split: CompiledSplit, subject: string): Evaluation | undefined {
  return split.evaluations[partAt(split.ceilings, bucketAfter(split.head, subject))];
}

/** The number of the part, from 0, that a bucket falls in. Parts of 0 % have no bucket. */
export function partAt(ceilings: readonly number[], bucket: number): number {
  let part = 0;
  while (bucket >= (ceilings[part] ?? WHOLE)) part += 1;
  return part;
}
