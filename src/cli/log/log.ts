import { InvalidArgumentError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { commitOption, databaseOption, formatOption, hoistCommand } from "../command.ts";
import { printNote, progressOf, type Io } from "../terminal/io.ts";
import { since, sinceMs } from "./since.ts";
import { logText } from "./log-text.ts";
import { noteText } from "../terminal/layout.ts";
import { flagsFolder, readConfig, selectedEnvironments } from "../workspace.ts";
import { jsonText } from "../terminal/json-text.ts";

/** Creates the command `hoist log`. */
export function logCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist log workshop_routing",
    "hoist log workshop_routing --env production --limit 0        the whole history in production",
    "hoist log --since 14d                                         all flags, in the last two weeks",
  ];
  return hoistCommand("log", "show who changed what and when, from git and from the tables", examples, io)
    .argument("[key]", "the flag (default: all)")
    .option("-e, --env <name>", "only changes in this environment (default: all)")
    .option("-n, --limit <count>", "maximum number of entries; 0 for all", count, 20)
    .option("--since <when>", "only changes since then: 2026-11-01, 14d, 36h", since)
    .addOption(commitOption)
    .addOption(databaseOption)
    .option("--no-table", "read only git; open no table")
    .addOption(formatOption)
    .action(async (key, options) => {
      const { readLog } = await import("../../log/read-log.ts");
      const folder = flagsFolder(io, options.cwd);
      const environments = selectedEnvironments(await readConfig(folder), options.env);
      const { openTables } = await import("./log-tables.ts");
      progressOf(io)("reading history");
      const { tables, notes } = options.table
        ? await openTables(io, environments, { folder, database: options.database })
        : { tables: [], notes: [] };
      try {
        const log = await readLog({
          folder,
          ref: options.commit,
          key: key ?? null,
          environment: options.env ?? null,
          limit: options.limit === 0 ? Infinity : options.limit,
          since: sinceMs(options.since, io.now()),
          tables,
        });
        const { killsIn, killText } = await import("./kills.ts");
        const kills = await killsIn(tables, key ?? null);
        const all = [...log.notes, ...notes];
        if (options.format === "json") {
          const data = kills.map(({ environment, change }) => ({
            environment,
            key: change.key,
            by: change.by ?? null,
          }));
          io.out(jsonText({ ...log, kills: data, notes: all }));
        } else {
          const namesKeys = key === undefined || log.entries.some(({ keys }) => keys.some((each) => each !== key));
          io.out(logText({ log, namesKeys, style: io.style, columns: io.columns }));
          for (const kill of kills) io.out(noteText(killText(kill, io.now()), io.style, io.columns));
          for (const note of all) printNote(io, note);
        }
      } finally {
        await Promise.all(tables.map(({ store }) => store.close()));
      }
    });
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number, or 0 for all entries.");
}
