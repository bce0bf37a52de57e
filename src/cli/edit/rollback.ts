import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { dryRunOption, noteOption, prOption } from "./set.ts";

export function rollbackCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rollback workshop_routing --env production           undo the last change of what production is served",
    "hoist rollback workshop_routing                            of what any environment is served",
    "hoist rollback workshop_routing --to v2.3 --env production",
    "hoist rollback workshop_routing --env production --pr      opens the pull request that undoes it",
  ];
  return hoistCommand("rollback", "put what a flag serves back to how it was before its last change", examples, io)
    .argument("<key>", "the flag")
    .option("-e, --env <name>", "only in that environment")
    .option("--to <ref>", "as it was at that commit, branch or tag")
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { rollBack } = await import("../../source/edit/rollback.ts");
      const { unknownEnvironment } = await import("../../source/edit/set.ts");
      const { editableFlag } = await import("../../source/edit/edit-flag.ts");
      const { earlierVersion } = await import("./earlier-version.ts");
      const { makeEdit } = await import("./make-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const environment = options.env ?? null;
      const edit = async (tree: FlagTree, commit: string | null) => {
        const environments = tree.loaded.config?.environments.map(({ name }) => name) ?? [];
        const unknown = environment === null ? undefined : unknownEnvironment(environment, environments);
        if (unknown !== undefined) return { result: unknown };
        const flag = editableFlag(tree, key);
        if (!("path" in flag)) return { result: flag };
        const question = { key, text: flag.parsed.text, environment, ref: options.to ?? null, from: commit };
        const { text, notes } = await earlierVersion(folder, question);
        return { result: rollBack(tree, key, text, environment), notes };
      };
      const { pr, note, dryRun, format } = options;
      done(await makeEdit(io, { folder, key, pr, note, dryRun, format, edit }));
    });
}
