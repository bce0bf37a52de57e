import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { commitOption, databaseOption, envOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** `hoist github drift` */
export function driftCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github drift --env production",
    "hoist github drift --env production --after 1h --no-issue       only print it",
  ];
  return hoistCommand(
    "github drift",
    "keep an issue open while a table differs from the branch; writes to no table, exits with 0 either way",
    examples,
    io,
  )
    .addOption(envOption)
    .addOption(commitOption)
    .addOption(databaseOption)
    .addOption(
      new Option("--after <span>", "how long a merged change may take to go live")
        .argParser(span)
        .default(900_000, "15m"),
    )
    .addOption(
      new Option("--settle <span>", "the time between two comparisons, so that a running sync is not reported")
        .argParser(span)
        .default(5_000, "5s"),
    )
    .option("--no-issue", "print the differences, and do not update the issue")
    .addOption(formatOption)
    .action(async (options) => {
      const { reportDrift } = await import("./report-drift.ts");
      const { syncOptions } = await import("../sync/sync-options.ts");
      const sync = syncOptions(io, { ...options, onDrift: "keep" }, "read");
      const { after: afterMs, settle: settleMs, issue, format } = options;
      done(await reportDrift(io, { sync, afterMs, settleMs, folder: flagsFolder(io, options.cwd), issue, format }));
    });
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Parses `15m` into milliseconds. */
function span(text: string): number {
  const [, count, unit] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && (unit === "s" || unit === "m" || unit === "h" || unit === "d"))
    return Number(count) * UNITS_MS[unit];
  throw new InvalidArgumentError("Write a time such as 90s, 15m, 2h or 1d.");
}
