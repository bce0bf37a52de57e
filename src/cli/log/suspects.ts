import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import { FlagError } from "../../core/errors.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { commitOption, cwdOption, databaseOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { since, sinceMs } from "./since.ts";
import { suspectsJson } from "./suspects-json.ts";
import { suspectsText } from "./suspects-text.ts";
import { flagsFolder } from "../workspace.ts";

export function suspectsCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist suspects --since 2h                                     every environment",
    "hoist suspects --since 30m --env production",
    "hoist suspects --since 2026-11-20T11:00Z --until 2026-11-20T13:30Z --env production",
  ];
  return hoistCommand("suspects", "what changed before it broke: whoever flips most people first", examples, io)
    .requiredOption("--since <when>", "nothing older: 30m, 2h, 14d, 2026-11-20T11:00Z", since)
    .option("--until <when>", "nothing younger, written in the same way (else now)", since)
    .option("-e, --env <name>", "only that environment (else all)")
    .addOption(commitOption)
    .addOption(databaseOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { findSuspects } = await import("../../log/suspects.ts");
      const { attributesOf } = await import("../../impact/report-between.ts");
      const { openTables } = await import("./log-tables.ts");
      const now = io.now();
      const window = {
        since: sinceMs(options.since, now),
        until: options.until === undefined ? now.getTime() : sinceMs(options.until, now),
      };
      checkWindow(window);
      const folder = flagsFolder(io, options.cwd);
      const declared = await declaredIn(folder);
      const environments = chosen(declared, options.env);
      progressOf(io)("reading history");
      const { tables, notes } = await openTables(io, environments, { folder, database: options.database });
      try {
        const attributes = attributesOf(declared);
        const found = await findSuspects({
          ...window,
          folder,
          ref: options.commit,
          environments,
          tables,
          attributes,
        });
        const result = { ...found, notes: [...notes, ...found.notes] };
        if (options.format === "json") io.out(suspectsJson(result));
        else {
          io.out(suspectsText(result, { environments, now, style: io.style, columns: io.columns }));
          for (const note of result.notes) io.err(`${io.errStyle("yellow", "note")}  ${note}`);
        }
        done(EXIT.done);
      } finally {
        await Promise.all(tables.map(({ store }) => store.close()));
      }
    });
}

function checkWindow({ since: from, until }: { readonly since: number; readonly until: number }): void {
  if (from <= until) return;
  throw new FlagError("USAGE", "--since is after --until, so nothing lies between them", {
    hint: "both are moments, or spans before now: --since 4h --until 2h",
  });
}

/** The configuration in the folder; what else is wrong with the files is of no interest now. */
async function declaredIn(folder: string): Promise<LoadedFlags> {
  const { readWorkTree } = await import("../../source/load/work-tree.ts");
  const { loadFlags } = await import("../../source/load/load.ts");
  const files = await readWorkTree(folder);
  return loadFlags(files.filter(({ path }) => path === "flags/_config.yaml"));
}

function chosen({ config }: LoadedFlags, only: string | undefined): readonly string[] {
  const names = config?.environments.map(({ name }) => name) ?? [];
  if (only === undefined) return names;
  if (config === null || names.includes(only)) return [only];
  const { message, hint } = unknownName("environment", only, names);
  throw new FlagError("UNKNOWN_ENVIRONMENT", message, { hint });
}
