import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import { commitOption, databaseOption, formatOption, hoistCommand } from "../command.ts";
import { printNote, progressOf, type Io } from "../terminal/io.ts";
import { since, sinceMs } from "./since.ts";
import { suspectsJson } from "./suspects-json.ts";
import { suspectsText } from "./suspects-text.ts";
import { flagsFolder, readConfig, selectedEnvironments } from "../workspace.ts";

/** Creates the command `hoist suspects`. */
export function suspectsCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist suspects --since 2h                                     in all environments",
    "hoist suspects --since 30m --env production",
    "hoist suspects --since 2026-11-20T11:00Z --until 2026-11-20T13:30Z --env production",
  ];
  return hoistCommand("suspects", "list recent changes, sorted by how many people they affect", examples, io)
    .requiredOption("--since <when>", "start of the period: 30m, 2h, 14d, 2026-11-20T11:00Z", since)
    .option("--until <when>", "end of the period, in the same format (default: now)", since)
    .option("-e, --env <name>", "only this environment (default: all)")
    .addOption(commitOption)
    .addOption(databaseOption)
    .addOption(formatOption)
    .action(async (options) => {
      const { findSuspects } = await import("../../log/suspects.ts");
      const { openTables } = await import("./log-tables.ts");
      const now = io.now();
      const window = {
        since: sinceMs(options.since, now),
        until: options.until === undefined ? now.getTime() : sinceMs(options.until, now),
      };
      checkWindow(window);
      const folder = flagsFolder(io, options.cwd);
      const declared = await readConfig(folder);
      const environments = selectedEnvironments(declared, options.env);
      progressOf(io)("reading history");
      const { tables, notes } = await openTables(io, environments, { folder, database: options.database });
      try {
        const found = await findSuspects({
          ...window,
          folder,
          ref: options.commit,
          environments,
          tables,
          attributes: declared.config?.attributes ?? new Map(),
        });
        const result = { ...found, notes: [...notes, ...found.notes] };
        if (options.format === "json") io.out(suspectsJson(result));
        else {
          io.out(suspectsText(result, { environments, now, style: io.style, columns: io.columns }));
          for (const note of result.notes) printNote(io, note);
        }
      } finally {
        await Promise.all(tables.map(({ store }) => store.close()));
      }
    });
}

function checkWindow({ since: from, until }: { readonly since: number; readonly until: number }): void {
  if (from <= until) return;
  throw new FlagError("USAGE", "--since is later than --until, so the period is empty", {
    hint: "both are times, or time spans before now: --since 4h --until 2h",
  });
}
