import { decidedByText, type DecidedBy } from "../../core/describe/decided-by.ts";
import { differenceData, manualChangeData } from "./difference-json.ts";
import type { ChangeReport, Flips } from "../../impact/report.ts";

/** Returns a change report as JSON: the members of `ChangeReport` in `src/impact/report.ts`. Shares are 0 to 1. */
export function reportJson(report: ChangeReport): string {
  const environments = report.environments.map(({ manualChanges, ...environment }) => ({
    ...environment,
    flags: environment.flags.map((flag) => ({
      ...flag,
      differences: flag.differences.map(differenceData),
      flips: flipsData(flag.flips),
    })),
    byHand: manualChanges?.map(manualChangeData) ?? null,
  }));
  return JSON.stringify({ ...report, environments }, null, 2);
}

/** Returns flips as data for JSON, in which each move also has the former name of what decides as `line`. */
export function flipsData(flips: Flips): object {
  return { ...flips, moves: flips.moves.map((move) => ({ ...move, line: lineName(move.decidedBy) })) };
}

/** The names that readers of the JSON know. */
function lineName(decidedBy: DecidedBy): string {
  if (decidedBy.kind === "default-rollout") return "the last line";
  if (decidedBy.kind === "requirement") return "requires";
  return decidedByText(decidedBy);
}
