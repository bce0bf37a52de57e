import { compileFlags } from "../../core/evaluate/compile.ts";
import { effectOf } from "../change-kind.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { withRequired } from "../version-pair.ts";
import { type CompiledVersion, type Gain, gainOf, has } from "./gain.ts";
import { peopleFor } from "./people.ts";
import type { Attributes } from "./contexts-meeting.ts";

/** Every flag that one environment is served, by key. */
export type Flags = ReadonlyMap<FlagKey, Flag>;

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
  // What it requires may answer otherwise in the environment before.
  if (first !== undefined && is.requires.length === 0 && effectOf(first, is) !== "raises") return undefined;
  const [wasCompiled, isCompiled, firstCompiled] = [before, after, earlier].map((flags) => compiledVersion(key, flags));
  if (wasCompiled === undefined || isCompiled === undefined || firstCompiled === undefined) return undefined;
  const gained = (who: EvaluationContext): Gain | null => {
    const gain = gainOf(wasCompiled, isCompiled, who);
    return gain === null || has(firstCompiled, gain.variant, who) ? null : gain;
  };
  const others = [first, was].filter((flag) => flag !== undefined);
  const versions = [...withRequired({ flag: is, all: after }), ...others];
  for (const group of [peopleFor(versions), people]) {
    for (const who of group) {
      const gain = gained(who);
      if (gain !== null) return { ...gain, who: lessOf(who, gain, gained) };
    }
  }
  return undefined;
}

function compiledVersion(key: FlagKey, all: Flags): CompiledVersion {
  const flag = all.get(key) ?? null;
  return { flag, set: compileFlags({ flags: withRequired({ flag, all }) }) };
}

/** Leaves out every attribute that makes no difference. */
function lessOf(who: EvaluationContext, gain: Gain, gained: (who: EvaluationContext) => Gain | null): Attributes {
  return Object.keys(who).reduce<Attributes>((left, name) => {
    const { [name]: _, ...others } = left;
    const other = gained(others);
    return other?.variant === gain.variant && other.rule === gain.rule ? others : left;
  }, who);
}
