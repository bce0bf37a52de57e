import { WHOLE } from "../flag/flag.ts";
import { type Effort, giveUp, spend } from "./effort.ts";
import { type BucketLiteral, type Formula, type Literal, opposite } from "./formula.ts";
import { type AttributeState, narrowed, type Question } from "./attribute-state.ts";

/** The known facts about a context: the possible values of each attribute, and the range of each bucket. */
export interface Situation {
  /** The questions of each attribute, by its number. */
  readonly questions: readonly (readonly Question[])[];
  /** By the number of the attribute. */
  readonly attributes: readonly AttributeState[];
  /** The range of each bucket, by the number of the subject attribute; the end is excluded. */
  readonly buckets: ReadonlyMap<number, readonly [number, number]>;
}

/**
 * The maximum number of choices that depend on each other. Each takes a part of the stack, which conditions with
 * thousands of parts would use up.
 */
const MAX_CHOICES = 300;

/** The steps to look at one part of a formula. */
const VISIT = 1 / 4;

/**
 * Returns whether some context fulfils all formulas. Attributes are independent of each other, and so are buckets, so a
 * contradiction always appears within one of them.
 *
 * @param choices  the number of choices made so far
 * @throws when the search runs out of steps
 */
export function canHold(formulas: readonly Formula[], start: Situation, effort: Effort, choices = 0): boolean {
  if (choices > MAX_CHOICES) giveUp();
  let situation = start;
  let open: (readonly Formula[])[] = [];
  let waiting: readonly Formula[] = formulas;
  const read = (formula: Formula): boolean => {
    spend(effort, VISIT);
    if (formula.op === "all") return formula.of.every(read);
    if (formula.op === "any") {
      open.push(formula.of);
      return true;
    }
    const next = narrowedBy(situation, formula, effort);
    if (next !== undefined) situation = next;
    return next !== undefined;
  };
  // Decides every `any` that has only one option left, until no such `any` remains.
  for (let isStable = false; !isStable; ) {
    const known = situation;
    if (!waiting.every(read)) return false;
    const next: Formula[] = [];
    const left: (readonly Formula[])[] = [];
    isStable = known === situation;
    for (const options of open) {
      spend(effort, VISIT);
      const possible = optionsLeft(options, situation, effort);
      if (possible === "fulfilled") continue;
      const [only] = possible;
      if (only === undefined) return false;
      if (possible.length > 1) left.push(possible);
      else {
        next.push(only);
        isStable = false;
      }
    }
    waiting = next;
    open = left;
  }
  const [fewest] = open.toSorted((a, b) => a.length - b.length);
  if (fewest === undefined) return true;
  const others = open.filter((options) => options !== fewest).map((of): Formula => ({ op: "any", of }));
  return fewest.some((option) => canHold([option, ...others], situation, effort, choices + 1));
}

/** Returns the options that the situation leaves open; "fulfilled" if one of them holds in any case. */
function optionsLeft(
  options: readonly Formula[],
  situation: Situation,
  effort: Effort,
): readonly Formula[] | "fulfilled" {
  const left: Formula[] = [];
  for (const option of options) {
    spend(effort, VISIT);
    if (option.op === "all" && option.of.length === 0) return "fulfilled";
    if (option.op === "any" && option.of.length === 0) continue;
    if (option.op === "literal" || option.op === "bucket") {
      if (narrowedBy(situation, option, effort) === undefined) continue;
      if (narrowedBy(situation, opposite(option), effort) === undefined) return "fulfilled";
    }
    left.push(option);
  }
  return left;
}

function narrowedBy(situation: Situation, literal: Literal | BucketLiteral, effort: Effort): Situation | undefined {
  const { attributes, buckets, questions } = situation;
  if (literal.op === "bucket") {
    spend(effort, 1 + buckets.size / 4);
    const [from, to] = buckets.get(literal.by) ?? [0, WHOLE];
    const range = literal.isBelow
      ? ([from, Math.min(to, literal.share)] as const)
      : ([Math.max(from, literal.share), to] as const);
    return range[0] < range[1] ? { ...situation, buckets: new Map(buckets).set(literal.by, range) } : undefined;
  }
  const state = attributes[literal.attribute];
  if (state === undefined) return situation;
  spend(effort, 1 + (attributes.length + state.values.length + (state.elements?.length ?? 0)) / 16);
  const next = narrowed(state, literal, questions[literal.attribute] ?? []);
  return next && { ...situation, attributes: attributes.with(literal.attribute, next) };
}
