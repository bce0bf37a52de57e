import type { EvaluationContext } from "../../src/core/evaluate/evaluation.ts";
import { decidedByText, type DecidedBy } from "../../src/core/describe/decided-by.ts";
import { type Flag, type FlagKey, WHOLE } from "../../src/core/flag/flag.ts";
import { trace, type TraceStep } from "../../src/core/evaluate/trace.ts";
import { ATTRIBUTES, KEY, type Pair } from "./random-pairs.ts";

/** What everyone that there can be does, by `from → to by what decides`: shares of people that are no estimate. */
export interface Truth {
  readonly flipped: number;
  readonly moves: ReadonlyMap<string, number>;
}

export function moveName(from: string | null, to: string | null, decidedBy: DecidedBy): string {
  return `${from} → ${to} by ${decidedByText(decidedBy)}`;
}

/** Every person, and every bucket: as `hoist why` traces them, with pinned buckets. */
export function truthOf(pair: Pair): Truth {
  const moves = new Map<string, number>();
  let flipped = 0;
  for (const { context, weight } of everyone()) {
    for (const { name, share } of movesOf(pair, context)) {
      flipped += share * weight;
      moves.set(name, (moves.get(name) ?? 0) + share * weight);
    }
  }
  return { flipped, moves };
}

/** All combinations of values, with how common each is. */
function everyone(): readonly { readonly context: EvaluationContext; readonly weight: number }[] {
  let people: { context: Record<string, unknown>; weight: number }[] = [{ context: {}, weight: 1 }];
  for (const { name, values, ...rest } of ATTRIBUTES) {
    const weights = "weights" in rest ? rest.weights : values.map(() => 1);
    const sum = weights.reduce<number>((total, weight) => total + weight, 0);
    people = people.flatMap(({ context, weight }) =>
      values.map((value, at) => ({
        context: { ...context, [name]: value },
        weight: (weight * (weights[at] ?? 0)) / sum,
      })),
    );
  }
  return people;
}

/** Where somebody stands, of equally many people each: inside [at, at + width) of both buckets. */
interface Cell {
  readonly gate: number;
  readonly split: number;
  /** 0–1 */
  readonly size: number;
}

function movesOf({ before, after }: Pair, context: EvaluationContext): readonly { name: string; share: number }[] {
  const found: { name: string; share: number }[] = [];
  const [was, is] = [before.get(KEY), after.get(KEY)];
  // What is required has buckets of its own salt, so whether it is met is one coin for both versions.
  for (const required of requiredCells(before, after)) {
    for (const [one, other, size] of pairsOfCells(was, is)) {
      const from = answerOf(before, was, context, one, required);
      const to = answerOf(after, is, context, other, required);
      if (!isFlip(was, is, from.variant, to.variant)) continue;
      found.push({ name: moveName(from.variant, to.variant, to.decidedBy), share: size * required.size });
    }
  }
  return found;
}

function isFlip(was: Flag | undefined, is: Flag | undefined, from: string | null, to: string | null): boolean {
  if (was === undefined) return to !== is?.offVariant;
  if (is === undefined) return from !== was.fallback;
  return from !== to;
}

function answerOf(
  flags: ReadonlyMap<FlagKey, Flag>,
  flag: Flag | undefined,
  context: EvaluationContext,
  { gate, split }: Cell,
  required: RequiredCell,
): { readonly variant: string | null; readonly decidedBy: DecidedBy } {
  if (flag === undefined) return { variant: null, decidedBy: { kind: "archived" } };
  const isMet = flag.requires.every(({ flag: key, variants }) => {
    const other = flags.get(key);
    const pins = required.salts.get(other?.salt ?? "");
    const { variant } = trace(flags, key, context, pins === undefined ? {} : { pins }).evaluation;
    return variant !== undefined && variants.includes(variant);
  });
  if (flag.enabled && !isMet) return { variant: flag.offVariant, decidedBy: { kind: "requirement" } };
  const alone = new Map([[KEY, { ...flag, requires: [] }]]);
  const { evaluation, steps } = trace(alone, KEY, context, { pins: { gate, split } });
  return { variant: evaluation.variant ?? null, decidedBy: decidedByOf(steps.at(-1)) };
}

function decidedByOf(step: TraceStep | undefined): DecidedBy {
  if (step?.step === "rule") return { kind: "rule", name: step.name };
  if (step?.step === "last-line") return { kind: "default-rollout" };
  return { kind: step?.step === "off" ? "no-match" : "disabled" };
}

interface RequiredCell {
  readonly salts: ReadonlyMap<string, { readonly gate: number; readonly split: number }>;
  readonly size: number;
}

function requiredCells(before: Pair["before"], after: Pair["after"]): readonly RequiredCell[] {
  const keys = [...(before.get(KEY)?.requires ?? []), ...(after.get(KEY)?.requires ?? [])].map(({ flag }) => flag);
  const [key] = keys;
  if (key === undefined) return [{ salts: new Map(), size: 1 }];
  const [was, is] = [before.get(key), after.get(key)];
  return pairsOfCells(was, is).map(([one, other, size]) => {
    return {
      salts: new Map([
        [is?.salt ?? "", other],
        [was?.salt ?? "", one],
      ]),
      size,
    };
  });
}

/** One subject and one salt in both versions: one place for both; else each place of the one with each of the other. */
function pairsOfCells(was: Flag | undefined, is: Flag | undefined): readonly (readonly [Cell, Cell, number])[] {
  if (was === undefined || is === undefined || (was.salt === is.salt && byOf(was) === byOf(is))) {
    return cellsOf([was, is]).map((cell) => [cell, cell, cell.size] as const);
  }
  return cellsOf([was]).flatMap((one) => cellsOf([is]).map((other) => [one, other, one.size * other.size] as const));
}

function byOf({ rules, rollout }: Flag): string {
  const portions = [...rules.map(({ portion }) => portion), rollout.strategy === "percentage" ? rollout.portion : null];
  return portions.find((portion) => portion !== null && portion.share > 0)?.by ?? "userId";
}

function cellsOf(flags: readonly (Flag | undefined)[]): readonly Cell[] {
  const gates = new Set([0]);
  const splits = new Set([0]);
  for (const flag of flags) {
    if (flag === undefined) continue;
    for (const { portion, serve } of [...flag.rules, { portion: null, serve: flag.serve }]) {
      if (portion !== null) gates.add(portion.share);
      if ("split" in serve) serve.split.reduce((below, { share }) => (splits.add(below + share), below + share), 0);
    }
    if (flag.rollout.strategy === "percentage") gates.add(flag.rollout.portion.share);
  }
  const widths = (starts: ReadonlySet<number>) => {
    const sorted = [...starts].filter((start) => start < WHOLE).sort((a, b) => a - b);
    return sorted.map((at, index) => ({ at, width: (sorted[index + 1] ?? WHOLE) - at }));
  };
  return widths(gates).flatMap((gate) =>
    widths(splits).map((split) => ({ gate: gate.at, split: split.at, size: (gate.width * split.width) / WHOLE ** 2 })),
  );
}
