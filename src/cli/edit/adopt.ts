import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { cwdOption, databaseOption, envOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { environmentName, flagsFolder } from "../workspace.ts";
import { dryRunOption, noteOption, prOption } from "./set.ts";

export function adoptCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist adopt voice_logging --env production",
    "hoist adopt voice_logging --env production --dry-run",
    "hoist adopt voice_logging --env production --pr        as a pull request",
  ];
  const summary = "write what was changed in the table by hand into the flag's file, so that git agrees";
  return hoistCommand("adopt", summary, examples, io)
    .argument("<key>", "the flag")
    .addOption(envOption)
    .addOption(databaseOption)
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { adoptLive } = await import("../../source/edit/adopt.ts");
      const { liveFlag } = await import("./live-flag.ts");
      const { makeEdit } = await import("./make-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const environment = environmentName(io, options.env);
      const { flag, notes } = await liveFlag(io, key, { folder, environment, database: options.database });
      const edit = (tree: FlagTree) => ({ result: adoptLive(tree, environment, flag), notes });
      const next = [
        `git commit, then hoist plan --env ${environment}        shows no change by hand any more`,
        "hoist validate --base HEAD        what has to be acknowledged",
      ];
      const { pr, note, dryRun, format } = options;
      done(await makeEdit(io, { folder, key, pr, note, dryRun, format, next, edit }));
    });
}
