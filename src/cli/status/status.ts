import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { databaseOption, envOption, formatOption, hoistCommand, printResult } from "../command.ts";
import { viewOf, type Io } from "../terminal/io.ts";
import { statusText } from "./status-text.ts";

/** Creates the command `hoist status`. */
export function statusCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist status --env production",
    "hoist status --env production --all",
    "hoist status --format json",
  ];
  const summary = "compare git, the table, overrides and running instances; lists differences first";
  return hoistCommand("status", summary, examples, io)
    .addOption(envOption)
    .option("--all", "also show the flags without differences")
    .addOption(databaseOption)
    .addOption(formatOption)
    .action(async (options) => {
      const { readStatus } = await import("./read-status.ts");
      const status = await readStatus(io, options);
      const view = { ...viewOf(io), all: options.all === true };
      printResult(io, options.format, status, () => statusText(status, view));
    });
}
