import { compileFlags } from "../../core/evaluate/compile.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import { evaluationCost } from "../../core/flag/evaluation-cost.ts";
import { type Budget, take, takeIfLeft } from "../../core/work.ts";
import type { Flag, FlagKey, VariantName } from "../../core/flag/flag.ts";
import { variantsServed } from "../../core/flag/serving-rules.ts";
import { effectOf } from "../change-kind.ts";
import { withRequired } from "../version-pair.ts";
import type { Attributes } from "./contexts-meeting.ts";
import { peopleFor } from "./people.ts";
import { without } from "../../core/own.ts";

/** All flags of one environment, by key. */
export type Flags = ReadonlyMap<FlagKey, Flag>;

/** A variant that a change serves to a context which did not get it before. */
interface Gain {
  readonly variant: VariantName;
  /** The rule that serves it, from 0; null for the default rollout. */
  readonly rule: number | null;
}

/** A context to which a change serves something that the preceding environment does not serve it. */
export interface Ahead extends Gain {
  /** The attributes of the context, without those that make no difference. */
  readonly who: Attributes;
}

/**
 * Looks for a context to which a change serves more than the preceding environment does. Undefined if there is none, or
 * none was found. The result is exact for the context that is returned.
 *
 * @param before   the environment's flags before the change
 * @param after    the environment's flags after the change
 * @param earlier  the flags of the preceding environment in the order of promotion, after the change
 * @param budget   limits the search; the result is "unchecked" if it is spent before anything is found
 * @param people   further contexts to try, after those that are generated from the flags' own rules
 */
export function aheadOf(
  key: FlagKey,
  { before, after, earlier }: { readonly before: Flags; readonly after: Flags; readonly earlier: Flags },
  budget: Budget,
  people: Iterable<EvaluationContext> = [],
): Ahead | "unchecked" | undefined {
  const [was, is, first] = [before.get(key), after.get(key), earlier.get(key)];
  if (is === undefined || (was !== undefined && effectOf(was, is) !== "raises")) return undefined;
  // Its requirements may have other answers in the preceding environment.
  if (first !== undefined && is.requires.length === 0 && effectOf(first, is) !== "raises") return undefined;
  const others = [first, was].filter((flag) => flag !== undefined);
  const versions = [...withRequired({ flag: is, all: after }), ...others];
  const cost = versions.reduce((sum, flag) => sum + evaluationCost(flag), 1);
  if (!takeIfLeft(budget, cost * PREPARING)) return "unchecked";
  const [wasServed, isServed, firstServed] = [before, after, earlier].map((flags) => serverOf(key, flags));
  const gained = (who: EvaluationContext): Served | null => {
    const served = isServed?.(who);
    if (served === undefined || served.variant === is.offVariant) return null;
    if (wasServed?.(who)?.variant === served.variant) return null;
    return firstServed?.(who)?.variants.has(served.variant) === true ? null : served;
  };
  for (const group of [peopleFor(versions, budget), people]) {
    for (const who of group) {
      if (!take(budget, cost)) return "unchecked";
      const gain = gained(who);
      if (gain === null) continue;
      const isSame = (other: EvaluationContext) => {
        const same = take(budget, cost) ? gained(other) : null;
        return same?.variant === gain.variant && same.rule === gain.rule;
      };
      return { variant: gain.variant, rule: gain.rule, who: lessOf(who, isSame) };
    }
  }
  return budget.left < 0 ? "unchecked" : undefined;
}

/** The steps of preparing one test: compiling it, and finding values for it. */
const PREPARING = 50;

/** The result of one version of a flag for a context. */
interface Served extends Gain {
  /**
   * Every variant of the split that serves the context. Environments may use different splits, so each variant of a split
   * counts as served to such contexts.
   */
  readonly variants: ReadonlySet<VariantName>;
}

/** Returns a function that evaluates one version of a flag; its result is undefined if the flag serves nothing. */
function serverOf(key: FlagKey, all: Flags): (who: EvaluationContext) => Served | undefined {
  const flag = all.get(key);
  if (flag === undefined) return () => undefined;
  const set = compileFlags({ flags: withRequired({ flag, all }) });
  return (who) => {
    const { variant, reason, metadata } = set.evaluate(key, who);
    if (variant === undefined) return undefined;
    if (reason === "DISABLED" || reason === "DEFAULT") return { variant, rule: null, variants: new Set([variant]) };
    if (metadata.rule === undefined) return { variant, rule: null, variants: variantsServed(flag.serve) };
    const rule = flag.rules.findIndex(({ name }) => name === metadata.rule);
    return { variant, rule, variants: variantsServed(flag.rules[rule]?.serve ?? { variant }) };
  };
}

/** Removes every attribute that makes no difference. */
function lessOf(who: EvaluationContext, isSame: (other: EvaluationContext) => boolean): Attributes {
  return Object.keys(who).reduce<Attributes>((left, name) => {
    const others = without(left, name);
    return isSame(others) ? others : left;
  }, who);
}
