import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, databaseOption, envOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { statusText } from "./status-text.ts";

export function statusCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist status --env production",
    "hoist status --env production --all",
    "hoist status --format json",
  ];
  return hoistCommand(
    "status",
    "git, table, overrides and running instances side by side, differences first",
    examples,
    io,
  )
    .addOption(envOption)
    .option("--all", "show the flags that agree everywhere too")
    .addOption(databaseOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { readStatus } = await import("./read-status.ts");
      const status = await readStatus(io, options);
      if (options.format === "json") io.out(JSON.stringify(status, null, 2));
      else
        io.out(statusText(status, { all: options.all === true, now: io.now(), style: io.style, columns: io.columns }));
      done(EXIT.done);
    });
}
