import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, databaseOption, envOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../io.ts";
import { environmentName, flagsFolder } from "../workspace.ts";
import { dryRunOption } from "./set.ts";

export function adoptCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist adopt voice_logging --env production",
    "hoist adopt voice_logging --env production --dry-run",
  ];
  const summary = "write what was changed in the table by hand into the flag's file, so that git agrees";
  return hoistCommand("adopt", summary, examples, io)
    .argument("<key>", "the flag")
    .addOption(envOption)
    .addOption(databaseOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { adoptLive } = await import("../../source/edit/adopt.ts");
      const { liveFlag } = await import("../live-flag.ts");
      const { readFlagTree } = await import("../read-flag-tree.ts");
      const { finishEdit } = await import("../finish-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const environment = environmentName(io, options.env);
      const tree = await readFlagTree(folder);
      const { flag, notes } = await liveFlag(io, key, { folder, environment, database: options.database });
      const result = adoptLive(tree, environment, flag);
      const next = [
        `git commit, then hoist plan --env ${environment}        shows no change by hand any more`,
        "hoist validate --base HEAD        what has to be acknowledged",
      ];
      done(await finishEdit(io, result, { folder, key, dryRun: options.dryRun, format: options.format, notes, next }));
    });
}
