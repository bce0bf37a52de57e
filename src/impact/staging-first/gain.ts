import type { FlagSet } from "../../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, Serve, VariantName } from "../../core/flag/flag.ts";
import { variantsServed } from "../../core/flag/serving-rules.ts";

/** One version of one flag, compiled with all flags that it requires; `flag` is null where it is not there. */
export interface CompiledVersion {
  readonly flag: Flag | null;
  readonly set: FlagSet;
}

/** What a change serves to somebody who did not have it. */
export interface Gain {
  readonly variant: VariantName;
  /** The rule that serves it, from 0; null for the default rollout. */
  readonly rule: number | null;
}

/** Returns what a change gives a context; null where it gives nothing new, or only the off variant. */
export function gainOf(before: CompiledVersion, after: CompiledVersion, who: EvaluationContext): Gain | null {
  const { flag, set } = after;
  if (flag === null) return null;
  const is = set.evaluate(flag.key, who);
  const { variant } = is;
  if (variant === undefined || variant === flag.offVariant) return null;
  const was = before.flag === null ? undefined : before.set.evaluate(flag.key, who).variant;
  return was === variant ? null : { variant, rule: ruleBehind(flag, is)?.rule ?? null };
}

/**
 * Returns whether a version gives a context that variant. Every variant of the split that serves the context counts: two
 * environments may split in their own ways, and both have served every variant to contexts of that kind.
 */
export function has({ flag, set }: CompiledVersion, variant: VariantName, who: EvaluationContext): boolean {
  if (flag === null) return false;
  const answer = set.evaluate(flag.key, who);
  return answer.variant === variant || variantsOfSplit(ruleBehind(flag, answer)?.serve).has(variant);
}

interface RuleBehind {
  readonly rule: number | null;
  readonly serve: Serve;
}

/** Returns the rule or default rollout that an answer came from; undefined where none did. */
function ruleBehind(flag: Flag, { reason, metadata }: Evaluation): RuleBehind | undefined {
  if (reason === "DISABLED" || reason === "DEFAULT" || reason === "ERROR") return undefined;
  if (metadata.rule === undefined) return { rule: null, serve: flag.serve };
  const rule = flag.rules.findIndex(({ name }) => name === metadata.rule);
  const serve = flag.rules[rule]?.serve;
  return serve && { rule, serve };
}

function variantsOfSplit(serve: Serve | undefined): ReadonlySet<VariantName> {
  return serve !== undefined && "split" in serve ? variantsServed(serve) : new Set();
}
