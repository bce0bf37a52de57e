import type { ChangeReport } from "../impact/report.ts";
import type { Edited } from "../source/edit/edit-result.ts";
import { runInlineTests } from "../source/check/inline-tests.ts";
import { reportBetween } from "../impact/report-between.ts";
import type { Tip } from "./tip.ts";

/** What an edit does to people, against the branch that it was made from. */
export function reportOf({ before, after, failures }: Edited, tip: Tip, today: Date): ChangeReport {
  return reportBetween(before, after, {
    from: { ref: tip.branch, commit: tip.commit },
    to: { commit: null, name: "this pull request" },
    today: today.toISOString().slice(0, 10),
    // Those that the edit leaves alone passed where the branch was merged.
    testsPassed: failures.length === 0 ? undefined : runInlineTests(after).passed,
  });
}
