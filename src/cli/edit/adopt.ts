import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { databaseOption, envOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { runEdit, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist adopt`. */
export function adoptCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist adopt voice_logging --env production",
    "hoist adopt voice_logging --env production --dry-run",
    "hoist adopt voice_logging --env production --pr        open a pull request",
  ];
  const summary = "write a manual change from the database into the flag's file";
  const command = hoistCommand("adopt", summary, examples, io)
    .argument("<key>", "the flag")
    .addOption(envOption)
    .addOption(databaseOption);
  return withEditOptions(command).action(async (key, options) => {
    const { adoptLive, notAdopted } = await import("../../source/edit/adopt.ts");
    const { liveFlag } = await import("./live-flag.ts");
    const { targetOf } = await import("../live-table.ts");
    const target = targetOf(io, options);
    const { environment } = target;
    const { flag, notes } = await liveFlag(io, key, target);
    const next = [
      `git commit, then hoist plan --env ${environment}        confirms that no manual change is left`,
      "hoist validate --base HEAD --work-tree   what has to be acknowledged",
    ];
    await runEdit(io, done, options, {
      key,
      edit: (tree) => ({
        result: adoptLive(tree, environment, flag),
        notes: [...notes, ...notAdopted(tree, environment, flag)],
        next,
      }),
    });
  });
}
