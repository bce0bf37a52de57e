import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../io.ts";
import { flagsFolder } from "../workspace.ts";

export const overlayOption = new Option("-e, --env <name>", "edit that environment's overlay; without it, the base");
export const baseOption = new Option("--base", "edit the base although overlays hide the edit from some environments")
  .default(false)
  .conflicts("env");
export const dryRunOption = new Option("--dry-run", "show the edit, write nothing").default(false);

export function setCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist set workshop_routing enabled=false --env production",
    "hoist set workshop_routing rollout=25% expires=2027-06-01",
    `hoist set workshop_routing 'rules["Toronto beta"].rollout=50%'`,
    "hoist set checkout_button tags=shop,growth description='Which colour sells best.'",
    "hoist set workshop_routing salt=                              take a key out",
  ];
  return hoistCommand(
    "set",
    "change fields of a flag in its file, touching only the lines that must change",
    examples,
    io,
  )
    .argument("<key>", "the flag")
    .argument("<path=value...>", "what shall stand where")
    .addOption(overlayOption)
    .addOption(baseOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, changes, options) => {
      const { setInFlag } = await import("../../source/edit/set.ts");
      const { readFlagTree } = await import("../read-flag-tree.ts");
      const { finishEdit } = await import("../finish-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const tree = await readFlagTree(folder);
      const target = { key, environment: options.env ?? null, maskedToo: options.base };
      const result = setInFlag(tree, target, changes);
      done(await finishEdit(io, result, { folder, key, dryRun: options.dryRun, format: options.format }));
    });
}
