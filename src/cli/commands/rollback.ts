import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../io.ts";
import { flagsFolder } from "../workspace.ts";
import { dryRunOption } from "./set.ts";

export function rollbackCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rollback workshop_routing --env production           undo the last change of what production is served",
    "hoist rollback workshop_routing                            of what any environment is served",
    "hoist rollback workshop_routing --to v2.3 --env production",
  ];
  return hoistCommand("rollback", "put what a flag serves back to how it was before its last change", examples, io)
    .argument("<key>", "the flag")
    .option("-e, --env <name>", "only in that environment")
    .option("--to <ref>", "as it was at that commit, branch or tag")
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { rollBack } = await import("../../source/edit/rollback.ts");
      const { unknownEnvironment } = await import("../../source/edit/set.ts");
      const { editableFlag } = await import("../../source/edit/edit-flag.ts");
      const { earlierVersion } = await import("../earlier-version.ts");
      const { readFlagTree } = await import("../read-flag-tree.ts");
      const { finishEdit, refusal } = await import("../finish-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const tree = await readFlagTree(folder);
      const environment = options.env ?? null;
      const environments = tree.loaded.config?.environments.map(({ name }) => name) ?? [];
      const unknown = environment === null ? undefined : unknownEnvironment(environment, environments);
      if (unknown !== undefined) throw refusal(unknown);
      const flag = editableFlag(tree, key);
      if (!("path" in flag)) throw refusal(flag);
      const found = await earlierVersion(folder, { key, text: flag.parsed.text, environment, ref: options.to ?? null });
      const result = rollBack(tree, key, found.text, environment);
      const { dryRun, format } = options;
      done(await finishEdit(io, result, { folder, key, dryRun, format, notes: found.notes }));
    });
}
