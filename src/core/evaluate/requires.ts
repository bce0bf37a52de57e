import type { Compiled } from "./compile-flag.ts";
import type { Decide } from "./decide.ts";
import { requirementDepths } from "../flag/requirement-depth.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import type { Flag, FlagKey, Requirement, VariantName } from "../flag/flag.ts";

/**
 * The number of evaluations of required flags after which one evaluation stores their answers: ten layers of flags that
 * each require two flags of the layer below would otherwise be evaluated 1,024 times.
 */
const MANY_STEPS = 64;

/** The answers of required flags so far in one evaluation; null while they are few enough to evaluate again. */
type KnownAnswers = Map<FlagKey, Evaluation> | null;

/**
 * Compiles the flags that have requirements. They serve their off variant if a requirement is not met. A requirement on
 * an unknown, archived or unreadable flag is never met, and neither are the requirements of a flag whose chain of
 * requirements is circular or longer than ten.
 *
 * @param live        live flags
 * @param compiledOf  returns a flag compiled without its requirements
 * @param variantOf   returns the variant that an override gives to a flag that is not live
 */
export function withRequirements(
  live: readonly Flag[],
  compiledOf: (key: FlagKey) => Compiled | undefined,
  variantOf: (key: FlagKey) => VariantName | undefined,
): ReadonlyMap<FlagKey, Compiled> {
  const requiring = live.filter(({ requires }) => requires.length > 0);
  // Where an override or `enabled: false` decides, requirements do not matter.
  const flags = requiring.filter(({ key }) => compiledOf(key)?.constant === null);
  const requirements = new Map(flags.map(({ key, requires }) => [key, requires]));
  const depths = requirementDepths(requirements);
  const steps = new Map<FlagKey, number>();
  const guards = new Map<FlagKey, (context: EvaluationContext, known: KnownAnswers) => Evaluation>();

  const answerOf = (key: FlagKey, context: EvaluationContext, known: KnownAnswers): Evaluation | undefined => {
    const guard = guards.get(key);
    if (guard) return guard(context, known);
    const plain = compiledOf(key);
    return plain?.constant ?? plain?.decide?.(context);
  };
  const isMet = ({ flag, variants }: Requirement, context: EvaluationContext, known: KnownAnswers): boolean => {
    const answer = known?.get(flag) ?? answerOf(flag, context, known);
    if (answer) known?.set(flag, answer);
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
    const guard = (context: EvaluationContext, known: KnownAnswers): Evaluation =>
      requires.every((requirement) => isMet(requirement, context, known)) ? decide(context) : off;
    guards.set(key, guard);
    const guardedDecide: Decide = (context) => guard(context, count > MANY_STEPS ? new Map() : null);
    guarded.set(key, { constant: null, decide: guardedDecide, off });
  }
  return guarded;
}

/** Sorts flags so that required ones come first, and those without a depth last. */
function inDepthOrder(flags: readonly Flag[], depths: ReadonlyMap<FlagKey, number>): readonly Flag[] {
  const depthOf = ({ key }: Flag) => depths.get(key) ?? Number.MAX_SAFE_INTEGER;
  return flags.toSorted((a, b) => depthOf(a) - depthOf(b));
}
