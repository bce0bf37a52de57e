import { InvalidArgumentError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import { FlagError } from "../../core/errors.ts";
import { commitOption, cwdOption, databaseOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { since, sinceMs } from "./since.ts";
import { logText } from "./log-text.ts";
import { flagsFolder } from "../workspace.ts";

export function logCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist log workshop_routing",
    "hoist log workshop_routing --env production --limit 0        all of it, where production is concerned",
    "hoist log --since 14d                                         every flag, the last two weeks",
  ];
  return hoistCommand("log", "who changed what, when, and what it meant: git and the tables in one", examples, io)
    .argument("[key]", "the flag; all of them unless given")
    .option("-e, --env <name>", "only what concerns that environment")
    .option("-n, --limit <count>", "at most so many entries, 0 for all", count, 20)
    .option("--since <when>", "nothing older: 2026-11-01, 14d, 36h", since)
    .addOption(commitOption)
    .addOption(databaseOption)
    .option("--no-table", "git alone, no table is opened")
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { readLog } = await import("../../log/read-log.ts");
      const folder = flagsFolder(io, options.cwd);
      const environments = await environmentsToRead(folder, options.env);
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
        const all = [...log.notes, ...notes];
        if (options.format === "json") io.out(JSON.stringify({ ...log, notes: all }, null, 2));
        else {
          const namesKeys = key === undefined || log.entries.some(({ keys }) => keys.some((each) => each !== key));
          io.out(logText({ log, namesKeys, style: io.style, columns: io.columns }));
          for (const note of all) io.err(`${io.errStyle("yellow", "note")}  ${note}`);
        }
        done(EXIT.done);
      } finally {
        await Promise.all(tables.map(({ store }) => store.close()));
      }
    });
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 0 for all.");
}

/** Those that the files in the folder declare now. @throws FlagError UNKNOWN_ENVIRONMENT */
async function environmentsToRead(folder: string, only: string | undefined): Promise<readonly string[]> {
  const { readWorkTree } = await import("../../source/load/work-tree.ts");
  const { loadFlags } = await import("../../source/load/load.ts");
  const files = await readWorkTree(folder);
  const { config } = loadFlags(files.filter(({ path }) => path === "flags/_config.yaml"));
  const names = config?.environments.map(({ name }) => name) ?? [];
  if (only === undefined) return names;
  if (config === null || names.includes(only)) return [only];
  const { message, hint } = unknownName("environment", only, names);
  throw new FlagError("UNKNOWN_ENVIRONMENT", message, { hint });
}
