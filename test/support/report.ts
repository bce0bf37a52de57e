import { aFlag, percentage } from "./flags.ts";
import type { DecidedBy } from "../../src/core/describe/decided-by.ts";
import type { Need } from "../../src/impact/needs.ts";
import type { PopulationNote } from "../../src/impact/population.ts";
import type { Measured } from "../../src/impact/margin.ts";
import type { Move } from "../../src/impact/moves.ts";
import type { ChangeReport, EnvironmentReport, FlagReport, Flips } from "../../src/impact/report.ts";

const SURE = { among: [], guessed: [], assumed: [] } as const;
export const EXACTLY_NOBODY: Flips = { method: "exact", sample: null, flipped: exactly(0), moves: [], ...SURE };
const MADE: PopulationNote = { source: "generated", size: 20_000, seed: 1, file: null, guessed: [] };

/** Returns a report with the given fields. Default environments: the three of the example flags. */
export function aReport(wanted: Partial<ChangeReport> = {}): ChangeReport {
  return {
    from: { ref: "origin/main", commit: "4be12f0a9d1c2b3e4f5061728394a5b6c7d8e9f0" },
    to: { commit: "91c0d3a1b2c3d4e5f60718293a4b5c6d7e8f9012" },
    environments: ["development", "staging", "production"].map((environment) => anEnvironment({ environment })),
    population: MADE,
    checks: { flags: 9, testsPassed: 31 },
    ...wanted,
  };
}

/** Returns the report of an environment, which is protected if it is production. */
export function anEnvironment(
  wanted: Partial<EnvironmentReport> & { readonly environment: string },
): EnvironmentReport {
  const flags = wanted.flags ?? [];
  return {
    isProtected: wanted.environment === "production",
    flags,
    unchanged: 9 - Math.min(9, flags.length),
    among: [],
    guessed: [],
    flipped: exactly(Math.max(0, ...flags.map(({ flips }) => flips.flipped.share))),
    needs: flags.flatMap(({ needs }) => needs),
    problems: [],
    planId: "0a1b2c3d",
    manualChanges: null,
    ...wanted,
  };
}

/** Returns the report of a flag that widens from 10 % to 50 % of everyone. */
export function aFlagReport(wanted: Partial<FlagReport> & { readonly key: string }): FlagReport {
  return {
    path: `flags/${wanted.key}.yaml`,
    action: "update",
    kind: "widen",
    differences: [
      {
        kind: "default-rollout",
        before: aFlag({ key: wanted.key, rollout: percentage(10) }),
        after: aFlag({ key: wanted.key, rollout: percentage(50) }),
      },
    ],
    via: [],
    before: "On for 10 % of everyone.",
    after: "On for 50 % of everyone.",
    flips: flipsOf(aMove(0.4, "off", "on")),
    needs: [],
    warnings: [],
    ...wanted,
  };
}

export function exactly(share: number): Measured {
  return { share, margin: 0 };
}

export function aMove(
  share: number,
  from: string | null,
  to: string | null,
  decidedBy: DecidedBy = { kind: "default-rollout" },
): Move {
  return { from, to, decidedBy, ...exactly(share) };
}

/** Exact ones. */
export function flipsOf(...moves: readonly Move[]): Flips {
  const share = moves.reduce((sum, move) => sum + move.share, 0);
  return { method: "exact", sample: null, flipped: exactly(share), moves, ...SURE };
}

/** Returns sampled flips of 20,000 people, each number with the given margin. */
export function sampledFlips(margin: number, ...moves: readonly Move[]): Flips {
  const { flipped } = flipsOf(...moves);
  return {
    method: "sampled",
    sample: MADE.size,
    flipped: { ...flipped, margin },
    moves: moves.map((move) => ({ ...move, margin })),
    ...SURE,
  };
}

export function aJump(key: string, acknowledged = false): Need {
  const text = "the jump of 40 points exceeds policy maxStep (25)";
  return { key, code: "jump", text, id: "1f3a9c2e", acknowledged };
}
