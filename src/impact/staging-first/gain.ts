import type { FlagSet } from "../../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, Serve, VariantName } from "../../core/flag/flag.ts";

/** One version of one flag, ready to answer with everything that it requires; `flag` is null where it is not there. */
export interface Answering {
  readonly flag: Flag | null;
  readonly set: FlagSet;
}

/** What somebody is given who did not have it. */
export interface Gain {
  readonly variant: VariantName;
  /** The rule that gives it, from 0; null is the last line. */
  readonly rule: number | null;
}

/** What a change gives somebody; null where it gives them nothing new, or only the off variant. */
export function gainOf(before: Answering, after: Answering, who: EvaluationContext): Gain | null {
  const { flag, set } = after;
  if (flag === null) return null;
  const is = set.evaluate(flag.key, who);
  const { variant } = is;
  if (variant === undefined || variant === flag.offVariant) return null;
  const was = before.flag === null ? undefined : before.set.evaluate(flag.key, who).variant;
  return was === variant ? null : { variant, rule: lineOf(flag, is)?.rule ?? null };
}

/**
 * Whether a version gives somebody that variant. Where a split deals it, which part somebody is dealt is not asked: two
 * environments that split in their own ways have both dealt every variant to people of that kind.
 */
export function has({ flag, set }: Answering, variant: VariantName, who: EvaluationContext): boolean {
  if (flag === null) return false;
  const answer = set.evaluate(flag.key, who);
  return answer.variant === variant || dealt(lineOf(flag, answer)?.serve).has(variant);
}

interface AnsweringLine {
  readonly rule: number | null;
  readonly serve: Serve;
}

/** The line that an answer came from; undefined where none did. */
function lineOf(flag: Flag, { reason, metadata }: Evaluation): AnsweringLine | undefined {
  if (reason === "DISABLED" || reason === "DEFAULT" || reason === "ERROR") return undefined;
  if (metadata.rule === undefined) return { rule: null, serve: flag.serve };
  const rule = flag.rules.findIndex(({ name }) => name === metadata.rule);
  const serve = flag.rules[rule]?.serve;
  return serve && { rule, serve };
}

function dealt(serve: Serve | undefined): ReadonlySet<VariantName> {
  if (serve === undefined || !("split" in serve)) return new Set();
  return new Set(serve.split.flatMap(({ variant, share }) => (share > 0 ? [variant] : [])));
}
