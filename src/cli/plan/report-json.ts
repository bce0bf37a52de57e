import type { ChangeReport } from "../../impact/report.ts";

/** A change report as data: `src/core/report/report.ts` is its description, member by member. Shares are 0 to 1. */
export function reportJson(report: ChangeReport): string {
  return JSON.stringify(report, null, 2);
}
