import { compileFlags } from "../../core/evaluate/compile.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, FlagKey, VariantName } from "../../core/flag/flag.ts";
import { variantsServed } from "../../core/flag/serving-rules.ts";
import { effectOf } from "../change-kind.ts";
import { withRequired } from "../version-pair.ts";
import type { Attributes } from "./contexts-meeting.ts";
import { peopleFor } from "./people.ts";

/** Every flag that one environment is served, by key. */
export type Flags = ReadonlyMap<FlagKey, Flag>;

/** What a change serves to a context that did not have it. */
interface Gain {
  readonly variant: VariantName;
  /** The rule that serves it, from 0; null for the default rollout. */
  readonly rule: number | null;
}

/** Somebody whom a change gives what the environment before does not give them. */
export interface Ahead extends Gain {
  /** No more of them than it takes. */
  readonly who: Attributes;
}

/**
 * Looks for a context to which a change serves more than the environment before does. Undefined where surely nobody gets
 * more, or where nobody was found; what is found is true of the context that is returned.
 *
 * @param before   the environment's flags as they were
 * @param after    the same, as they will be
 * @param earlier  the flags of the environment before it in the order of promotion, as they will be
 * @param people   tried too, after those that are generated from the flags' own rules
 */
export function aheadOf(
  key: FlagKey,
  { before, after, earlier }: { readonly before: Flags; readonly after: Flags; readonly earlier: Flags },
  people: Iterable<EvaluationContext> = [],
): Ahead | undefined {
  const [was, is, first] = [before.get(key), after.get(key), earlier.get(key)];
  if (is === undefined || (was !== undefined && effectOf(was, is) !== "raises")) return undefined;
  // Its requirements may answer differently in the environment before.
  if (first !== undefined && is.requires.length === 0 && effectOf(first, is) !== "raises") return undefined;
  const [wasServed, isServed, firstServed] = [before, after, earlier].map((flags) => serverOf(key, flags));
  const gained = (who: EvaluationContext): Served | null => {
    const served = isServed?.(who);
    if (served === undefined || served.variant === is.offVariant) return null;
    if (wasServed?.(who)?.variant === served.variant) return null;
    return firstServed?.(who)?.variants.has(served.variant) === true ? null : served;
  };
  const others = [first, was].filter((flag) => flag !== undefined);
  const versions = [...withRequired({ flag: is, all: after }), ...others];
  for (const group of [peopleFor(versions), people]) {
    for (const who of group) {
      const gain = gained(who);
      if (gain !== null) return { variant: gain.variant, rule: gain.rule, who: lessOf(who, gain, gained) };
    }
  }
  return undefined;
}

/** What one version of a flag serves to a context. */
interface Served extends Gain {
  /**
   * Every variant of the split that serves the context: two environments may split in their own ways, and both have served
   * every variant to contexts of that kind.
   */
  readonly variants: ReadonlySet<VariantName>;
}

/** Makes the function that returns what one version of a flag serves; undefined where it serves nothing. */
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

/** Leaves out every attribute that makes no difference. */
function lessOf(who: EvaluationContext, gain: Gain, gained: (who: EvaluationContext) => Gain | null): Attributes {
  return Object.keys(who).reduce<Attributes>((left, name) => {
    const { [name]: _, ...others } = left;
    const other = gained(others);
    return other?.variant === gain.variant && other.rule === gain.rule ? others : left;
  }, who);
}
