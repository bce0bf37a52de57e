import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { PlanOutcome } from "../../sync/sync.ts";
import type { Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { syncingCommand } from "../syncing-command.ts";
import { planJson } from "../views/plan-json.ts";
import { planText } from "../views/plan-text.ts";

export function planCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist plan --env production",
    "hoist plan --env staging --commit origin/main --format json",
    "hoist plan --work-tree",
  ];
  return syncingCommand("plan", "show what a sync would change; writes nothing (exit 2: changes)", examples, io).action(
    async (options) => {
      const { planSync } = await import("../../sync/sync.ts");
      const { syncOptions } = await import("../sync-options.ts");
      const outcome = await planSync(syncOptions(io, options, "read"));
      if (outcome.kind === "invalid") {
        const { reportDiagnostics } = await import("../report.ts");
        done(reportDiagnostics(io, { ...outcome, testsPassed: 0 }, options.format));
        return;
      }
      if (options.format === "json") io.out(planJson(outcome.plan));
      else io.out(planText({ ...outcome, now: io.now(), style: io.style, columns: io.columns }));
      noteUncommitted(io, outcome);
      if (outcome.plan.problems.length > 0) done(EXIT.invalid);
      else done(outcome.plan.changes.length > 0 ? EXIT.changesPending : EXIT.done);
    },
  );
}

/** What is not committed is not planned: said once, where it cannot be taken for the result. */
function noteUncommitted(io: Io, { desired }: PlanOutcome & { readonly kind: "planned" }): void {
  const [first, ...others] = desired.uncommitted;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  io.err(`${io.errStyle("yellow", "note")}  ${first}${more}: changed but not committed, so not part of this plan`);
}
