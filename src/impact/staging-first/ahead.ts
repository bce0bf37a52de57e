import { compileFlags } from "../../core/evaluate/compile.ts";
import { effectOf } from "../change-kind.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { withRequired } from "../version-pair.ts";
import { type Answering, type Gain, gainOf, has } from "./gain.ts";
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
 * Whether a change widens a flag in one environment beyond what the environment before it has. Undefined where it surely
 * does not, or where nobody was found; what is found is true of the person who is named.
 *
 * @param before   the environment's flags as they were
 * @param after    the same, as they will be
 * @param earlier  the flags of the environment before it in the order of promotion, as they will be
 * @param people   asked too, after those who are made for the flags' own lines
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
  const [wasAnswering, isAnswering, firstAnswering] = [before, after, earlier].map((flags) => answering(key, flags));
  if (wasAnswering === undefined || isAnswering === undefined || firstAnswering === undefined) return undefined;
  const gained = (who: EvaluationContext): Gain | null => {
    const gain = gainOf(wasAnswering, isAnswering, who);
    return gain === null || has(firstAnswering, gain.variant, who) ? null : gain;
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

function answering(key: FlagKey, all: Flags): Answering {
  const flag = all.get(key) ?? null;
  return { flag, set: compileFlags({ flags: withRequired({ flag, all }) }) };
}

/** Without every attribute that makes no difference. */
function lessOf(who: EvaluationContext, gain: Gain, gained: (who: EvaluationContext) => Gain | null): Attributes {
  return Object.keys(who).reduce<Attributes>((left, name) => {
    const { [name]: _, ...others } = left;
    const other = gained(others);
    return other?.variant === gain.variant && other.rule === gain.rule ? others : left;
  }, who);
}
