import type { DecidedBy } from "../core/describe/decided-by.ts";
import type { VariantName } from "../core/flag/flag.ts";
import type { Measured, Move } from "./report.ts";

/** How one subject's answer changes, and what decides the new answer. */
export interface Step {
  readonly from: VariantName | null;
  readonly to: VariantName | null;
  readonly decidedBy: DecidedBy;
}

/** Counts people by the step that they take. */
export interface MoveCounts {
  readonly add: (step: Step, count: number | bigint) => void;
  /** Largest first; the same counts in the order of variants and lines. */
  readonly moves: (measure: (count: bigint) => Measured) => readonly Move[];
  readonly total: () => bigint;
}

export function moveCounts(): MoveCounts {
  const counts = new Map<string, { readonly step: Step; count: bigint }>();
  return {
    add: (step, count) => {
      const id = stepId(step);
      const known = counts.get(id);
      if (known === undefined) counts.set(id, { step, count: BigInt(count) });
      else known.count += BigInt(count);
    },
    moves: (measure) =>
      [...counts]
        .sort(([a, { count: most }], [b, { count: least }]) => {
          return most === least ? (a < b ? -1 : 1) : most > least ? -1 : 1;
        })
        .map(([, { step, count }]) => ({ ...step, ...measure(count) })),
    total: () => [...counts.values()].reduce((sum, { count }) => sum + count, 0n),
  };
}

/** Orders the outcomes that decide as many moves as each other. */
const ORDER: readonly DecidedBy["kind"][] = [
  "archived",
  "error",
  "disabled",
  "no-match",
  "requirement",
  "rule",
  "default-rollout",
];

/** Returns a text that equal steps share, and by which equally large moves are sorted. */
export function stepId({ from, to, decidedBy }: Step): string {
  const name = decidedBy.kind === "rule" ? decidedBy.name : "";
  return JSON.stringify([from, to, ORDER.indexOf(decidedBy.kind), name]);
}
