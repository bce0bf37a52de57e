import type { VariantName } from "../core/flag/flag.ts";
import type { Measured, Move } from "./report.ts";

/** People of one kind: from one variant to another, by one line. */
export interface Step {
  readonly from: VariantName | null;
  readonly to: VariantName | null;
  readonly line: string;
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
      const name = JSON.stringify([step.from, step.to, step.line]);
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { step, count: BigInt(count) });
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

/** `rule Toronto beta`: a rule as a move names it. */
export function ruleTitle(name: string): string {
  return name === "" ? "a rule without a name" : `rule ${name}`;
}

/** The other lines that answer. */
export const LINES = {
  last: "the last line",
  disabled: "disabled",
  requires: "requires",
  nothing: "nothing matches",
  archived: "archived",
  unreadable: "cannot be evaluated",
} as const;
