import type { Compiled } from "./compile-flag.ts";
import type { Decide } from "./decide.ts";
import { requirementDepths } from "../flag/requirement-depth.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import type { Flag, FlagKey, Requirement, VariantName } from "../flag/flag.ts";

/** Above this many steps one evaluation remembers what it has asked: two flags that share ten ancestors ask 1,024 times. */
const MANY_STEPS = 64;

/** What one evaluation has asked so far. */
type Asked = Map<FlagKey, Evaluation> | null;

/**
 * Puts each flag's requirements before its own lines: not met, and it serves its off variant. A requirement on a flag that
 * is unknown, archived or unreadable is never met, nor is any of a flag whose chain of requirements is circular or longer
 * than ten.
 *
 * @param live        live flags
 * @param compiledOf  what answers before its requirements are asked
 * @param variantOf   what an override makes of a flag for which nothing answers
 */
export function withRequirements(
  live: readonly Flag[],
  compiledOf: (key: FlagKey) => Compiled | undefined,
  variantOf: (key: FlagKey) => VariantName | undefined,
): ReadonlyMap<FlagKey, Compiled> {
  const requiring = live.filter(({ requires }) => requires.length > 0);
  // What an override or `enabled: false` decides asks for nothing.
  const flags = requiring.filter(({ key }) => compiledOf(key)?.constant === null);
  const requirements = new Map(flags.map(({ key, requires }) => [key, requires]));
  const depths = requirementDepths(requirements);
  const steps = new Map<FlagKey, number>();
  const guards = new Map<FlagKey, (context: EvaluationContext, asked: Asked) => Evaluation>();

  const answerOf = (key: FlagKey, context: EvaluationContext, asked: Asked): Evaluation | undefined => {
    const guard = guards.get(key);
    if (guard) return guard(context, asked);
    const plain = compiledOf(key);
    return plain?.constant ?? plain?.decide?.(context);
  };
  const isMet = ({ flag, variants }: Requirement, context: EvaluationContext, asked: Asked): boolean => {
    const answer = asked?.get(flag) ?? answerOf(flag, context, asked);
    if (answer) asked?.set(flag, answer);
    const variant = answer ? answer.variant : variantOf(flag);
    return variant !== undefined && variants.includes(variant);
  };

  const guarded = new Map<FlagKey, Compiled>();
  for (const { key, requires } of inDepthOrder(flags, depths)) {
    const own = compiledOf(key);
    if (!own || own.decide === null) continue;
    const { decide, off } = own;
    if (!depths.has(key)) {
      guarded.set(key, { constant: off, decide: null });
      guards.set(key, () => off);
      continue;
    }
    const count = requires.reduce((sum, { flag }) => sum + 1 + (steps.get(flag) ?? 0), 0);
    steps.set(key, count);
    const guard = (context: EvaluationContext, asked: Asked): Evaluation =>
      requires.every((requirement) => isMet(requirement, context, asked)) ? decide(context) : off;
    guards.set(key, guard);
    const guardedDecide: Decide = (context) => guard(context, count > MANY_STEPS ? new Map() : null);
    guarded.set(key, { constant: null, decide: guardedDecide, off });
  }
  return guarded;
}

/** Those that are required come first; those without a depth last. */
function inDepthOrder(flags: readonly Flag[], depths: ReadonlyMap<FlagKey, number>): readonly Flag[] {
  const depthOf = ({ key }: Flag) => depths.get(key) ?? Number.MAX_SAFE_INTEGER;
  return flags.toSorted((a, b) => depthOf(a) - depthOf(b));
}
