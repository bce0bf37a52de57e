import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { SyncOutcome } from "../../sync/sync.ts";
import { formatOption, type Done } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { viewOf, type Io } from "../terminal/io.ts";
import { syncingCommand } from "./syncing-command.ts";
import { planText } from "../plan/plan-text.ts";
import { syncData } from "./sync-json.ts";
import { syncText } from "./sync-text.ts";
import { jsonText } from "../terminal/json-text.ts";

/** Creates the command `hoist sync`. */
export function syncCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist sync --env production",
    "hoist sync --env production --comment                     also report it in the synced pull requests",
    "hoist sync --work-tree                                    sync uncommitted files to development",
    "hoist sync --env production --release voice_logging       undo a manual change, such as a kill",
  ];
  return syncingCommand(
    "sync",
    "apply the flag files of a commit to the database table, in one transaction",
    examples,
    io,
  )
    .option(
      "--new-epoch",
      "after restoring a backup: make every process serve the table, although it has served a higher revision",
    )
    .option(
      "--comment",
      "update the comments on the synced pull requests to say that they are live; a failure is only a warning",
    )
    .addOption(formatOption)
    .action(async (options) => {
      const { sync } = await import("../../sync/sync.ts");
      const { syncOptions } = await import("./sync-options.ts");
      const startedAt = performance.now();
      const asked = syncOptions(io, options, "write");
      const outcome = await sync(asked);
      if (outcome.kind === "invalid") {
        const { reportDiagnostics } = await import("../validate/report.ts");
        done(reportDiagnostics(io, outcome, options.format));
        return;
      }
      if (outcome.kind !== "refused") io.changed?.();
      if (options.format === "text") {
        if (outcome.kind === "refused") io.out(planText({ ...outcome, ...viewOf(io) }));
        else io.out(syncText(outcome, performance.now() - startedAt, viewOf(io)));
      }
      // The text is printed first, because GitHub may be slow. In JSON, the announcement is part of the result.
      const isAnnounced = options.comment === true && outcome.kind === "synced";
      const announced = isAnnounced
        ? await (await import("./announce-deploy.ts")).announceSync(io, asked, outcome)
        : undefined;
      if (options.format === "json") io.out(jsonText(syncData(outcome, announced)));
      else
        for (const { number, url } of announced ?? [])
          io.out(`${io.style("green", "✓")} announced on #${number}  ${url}`);
      if (outcome.kind === "refused") io.err(refusedText(io, outcome));
      done(outcome.kind === "refused" ? exitOf(outcome) : EXIT.done);
    });
}

type Refused = SyncOutcome & { readonly kind: "refused" };

function exitOf({ because }: Refused): ExitCode {
  return because === "problems" ? EXIT.invalid : EXIT.needsAcknowledgement;
}

function refusedText(io: Io, refused: Refused): string {
  const why = {
    problems: "the problems above must be fixed first",
    needs: "the plan needs an acknowledgement",
    drift: "the table has manual changes, and --on-drift is fail",
  }[refused.because];
  return `\n${io.errStyle("red", "refused")}  ${why}; nothing was written    exit ${exitOf(refused)}`;
}
