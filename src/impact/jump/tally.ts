import type { DecidedBy } from "../../core/describe/decided-by.ts";
import { type VariantName, WHOLE } from "../../core/flag/flag.ts";
import { own } from "../../core/own.ts";
import { sameJson } from "../../core/json.ts";
import { flipTest, type IsFlip, type VersionPair } from "../version-pair.ts";

/** The people of one change who are part of a jump. */
export interface FoundJump {
  /** From 0 to 100. */
  readonly points: number;
  /** Whether some values of attributes that declare none would add people. */
  readonly couldBeMore: boolean;
  /** What decides most of the new answers; null if there are none. */
  readonly decidedBy: DecidedBy | null;
}

/** Returns a function that checks whether a change of an answer is part of a jump. */
export function jumpTest(pair: VersionPair): IsFlip {
  const isFlip = flipTest(pair);
  const [was, is] = [pair.before.flag, pair.after.flag];
  const off = was?.offVariant === is?.offVariant ? is?.offVariant : undefined;
  const isUnchanged = off !== undefined && sameJson(was && own(was.variants, off), is && own(is.variants, off));
  return (from, to) => isFlip(from, to) && !(isUnchanged && to === off);
}

/** The answer of one version in one world. */
interface WorldAnswer {
  readonly variant: VariantName | null;
  readonly decidedBy: DecidedBy | (() => DecidedBy);
}

export interface Tally {
  /**
   * Adds people if they are part of the jump: if their answer changes in the typical world, or in all other worlds.
   *
   * @param answers  before and after the change, in each world, the typical one first
   */
  readonly add: (answers: readonly WorldAnswer[], isJump: IsFlip, people: number) => void;
  readonly total: () => number;
  readonly result: () => Pick<FoundJump, "couldBeMore" | "decidedBy">;
}

/** Creates an empty sum of people. */
export function tallyOf(): Tally {
  const sums = new Map<string, { readonly decidedBy: DecidedBy; people: number }>();
  let couldBeMore = false;
  const count = (answer: WorldAnswer, people: number): void => {
    const decidedBy = typeof answer.decidedBy === "function" ? answer.decidedBy() : answer.decidedBy;
    const id = decidedBy.kind === "rule" ? `rule ${decidedBy.name}` : decidedBy.kind;
    const known = sums.get(id);
    if (known === undefined) sums.set(id, { decidedBy, people });
    else known.people += people;
  };
  return {
    add: (answers, isJump, people) => {
      const worlds = answers.flatMap((was, index) => {
        const is = answers[index + 1];
        return index % 2 === 1 || is === undefined ? [] : [{ is, jumps: isJump(was.variant, is.variant) }];
      });
      const [typical, ...others] = worlds;
      const first = others[0];
      const inAll = first !== undefined && others.every(({ jumps }) => jumps);
      if (typical?.jumps === true) count(typical.is, people);
      else if (inAll) count(first.is, people);
      else couldBeMore ||= others.some(({ jumps }) => jumps);
    },
    total: () => [...sums.values()].reduce((sum, { people }) => sum + people, 0),
    result: () => {
      const [most] = [...sums.values()].sort((a, b) => b.people - a.people);
      return { couldBeMore, decidedBy: most?.decidedBy ?? null };
    },
  };
}

/** Returns a share from 0 to 1 in points, rounded up to three decimals, without the floating-point error of sums. */
export function pointsOf(share: number): number {
  return Math.min(WHOLE, Math.max(0, Math.ceil(share * WHOLE - 1e-6))) / STEPS;
}

/** The number of steps of a share in one point. */
const STEPS = WHOLE / 100;
