import type { DecidedBy } from "../core/describe/decided-by.ts";
import type { VariantName } from "../core/flag/flag.ts";
import type { Measured } from "./margin.ts";

/** A change of one subject's answer, with what decides the new answer. */
export interface Step {
  /** Null if the flag does not exist: programs get their own default. */
  readonly from: VariantName | null;
  readonly to: VariantName | null;
  /** What decides the answer after the change. */
  readonly decidedBy: DecidedBy;
}

/** The people who take one step. */
export interface Move extends Step, Measured {}

/** The number of subjects that take each step, by the id of the step. Equal steps have the same id. */
export type StepCounts = Map<string, { readonly step: Step; count: bigint }>;

/** Adds subjects to the count of a step. */
export function countStep(counts: StepCounts, step: Step, count: bigint): void {
  const id = stepId(step);
  const known = counts.get(id);
  if (known === undefined) counts.set(id, { step, count });
  else known.count += count;
}

/** Returns the number of subjects that take any step. */
export function totalOf(counts: StepCounts): bigint {
  return [...counts.values()].reduce((sum, { count }) => sum + count, 0n);
}

/** Measures the moves, largest first; equally large ones in the order of variants and of what decides. */
export function movesOf(counts: StepCounts, measure: (count: bigint) => Measured): readonly Move[] {
  return [...counts]
    .sort(([a, { count: most }], [b, { count: least }]) => {
      return most === least ? (a < b ? -1 : 1) : most > least ? -1 : 1;
    })
    .map(([, { step, count }]) => ({ ...step, ...measure(count) }));
}

/** The order of outcomes that decide equally large moves. */
const ORDER: readonly DecidedBy["kind"][] = [
  "archived",
  "error",
  "disabled",
  "no-match",
  "requirement",
  "rule",
  "default-rollout",
];

function stepId({ from, to, decidedBy }: Step): string {
  const name = decidedBy.kind === "rule" ? decidedBy.name : "";
  return JSON.stringify([from, to, ORDER.indexOf(decidedBy.kind), name]);
}
