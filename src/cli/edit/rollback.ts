import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { runEdit, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist rollback`. */
export function rollbackCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rollback workshop_routing --env production           undo the last change in production",
    "hoist rollback workshop_routing                            undo the last change in all environments",
    "hoist rollback workshop_routing --to v2.3 --env production",
    "hoist rollback workshop_routing --env production --pr      open a pull request that undoes it",
  ];
  const summary = "restore what a flag served before its last change";
  const command = hoistCommand("rollback", summary, examples, io)
    .argument("<key>", "the flag")
    .option("-e, --env <name>", "only in this environment (default: all)")
    .option("--to <ref>", "restore the state at this commit, branch or tag");
  return withEditOptions(command).action(async (key, options) => {
    const { findFlag } = await import("../../source/edit/edit-flag.ts");
    const { rollBack } = await import("../../source/edit/rollback.ts");
    const { earlierVersion } = await import("./earlier-version.ts");
    const { env: environment = null, to: ref = null } = options;
    await runEdit(io, done, options, {
      key,
      edit: async (tree, { folder, commit: from }) => {
        const current = findFlag(tree, key, environment).flag.parsed.text;
        const { text, notes } = await earlierVersion(folder, { key, current, environment, ref, from });
        return { result: rollBack(tree, key, text, environment), notes };
      },
    });
  });
}
