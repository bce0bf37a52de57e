import { WHOLE } from "../flag/flag.ts";
import { type BucketLiteral, type Formula, type Literal, opposite } from "./formula.ts";
import { narrowed, type Place, type Question } from "./place.ts";

/** Who asks, as far as it is known: what each attribute may be, and between which shares each bucket lies. */
export interface Situation {
  /** By attribute. */
  readonly places: readonly Place[];
  /** By subject attribute; from the first to below the second. */
  readonly buckets: ReadonlyMap<number, readonly [number, number]>;
}

/** How many steps are left. Below zero nothing is certain any more. */
export interface Effort {
  left: number;
}

/** The questions of each attribute. */
export type Questions = readonly (readonly Question[])[];

/** Some step was one too many. */
export const TOO_MUCH = Symbol("too much");

/**
 * Whether some situation fulfils all formulas. Attributes are independent of each other, and so are buckets, so a
 * contradiction always shows within one of them.
 *
 * @throws TOO_MUCH when the effort does not suffice
 */
export function canHold(formulas: readonly Formula[], start: Situation, questions: Questions, effort: Effort): boolean {
  let situation = start;
  let open: (readonly Formula[])[] = [];
  let waiting: readonly Formula[] = formulas;
  const read = (formula: Formula): boolean => {
    if (formula.op === "all") return formula.of.every(read);
    if (formula.op === "any") {
      open.push(formula.of);
      return true;
    }
    const next = narrowedBy(situation, formula, questions, effort);
    if (next !== undefined) situation = next;
    return next !== undefined;
  };
  // What only one way is left for is decided at once, until nothing of that kind is left.
  for (let isSettled = false; !isSettled; ) {
    const known = situation;
    if (!waiting.every(read)) return false;
    const next: Formula[] = [];
    const left: (readonly Formula[])[] = [];
    isSettled = known === situation;
    for (const ways of open) {
      const possible = waysLeft(ways, situation, questions, effort);
      if (possible === "settled") continue;
      const [only] = possible;
      if (only === undefined) return false;
      if (possible.length > 1) left.push(possible);
      else {
        next.push(only);
        isSettled = false;
      }
    }
    waiting = next;
    open = left;
  }
  const [fewest] = open.toSorted((a, b) => a.length - b.length);
  if (fewest === undefined) return true;
  const others = open.filter((ways) => ways !== fewest).map((of): Formula => ({ op: "any", of }));
  return fewest.some((way) => canHold([way, ...others], situation, questions, effort));
}

/** Those ways that the situation leaves open; "settled" where one of them holds in any case. */
function waysLeft(
  ways: readonly Formula[],
  situation: Situation,
  questions: Questions,
  effort: Effort,
): readonly Formula[] | "settled" {
  const left: Formula[] = [];
  for (const way of ways) {
    if (way.op === "all" && way.of.length === 0) return "settled";
    if (way.op === "any" && way.of.length === 0) continue;
    if (way.op === "literal" || way.op === "bucket") {
      if (narrowedBy(situation, way, questions, effort) === undefined) continue;
      if (narrowedBy(situation, opposite(way), questions, effort) === undefined) return "settled";
    }
    left.push(way);
  }
  return left;
}

function narrowedBy(
  situation: Situation,
  literal: Literal | BucketLiteral,
  questions: Questions,
  effort: Effort,
): Situation | undefined {
  const { places, buckets } = situation;
  if (literal.op === "bucket") {
    spend(effort, 1);
    const [from, to] = buckets.get(literal.by) ?? [0, WHOLE];
    const range = literal.isBelow
      ? ([from, Math.min(to, literal.share)] as const)
      : ([Math.max(from, literal.share), to] as const);
    return range[0] < range[1] ? { places, buckets: new Map(buckets).set(literal.by, range) } : undefined;
  }
  const place = places[literal.attribute];
  if (place === undefined) return situation;
  spend(effort, 1 + (places.length + place.values.length + (place.elements?.length ?? 0)) / 16);
  const next = narrowed(place, literal, questions[literal.attribute] ?? []);
  return next && { places: places.with(literal.attribute, next), buckets };
}

function spend(effort: Effort, steps: number): void {
  effort.left -= steps;
  if (effort.left < 0) throw TOO_MUCH;
}
