import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export const overlayOption = new Option("-e, --env <name>", "edit that environment's overlay; without it, the base");
export const baseOption = new Option("--base", "edit the base although overlays hide the edit from some environments")
  .default(false)
  .conflicts("env");
export const dryRunOption = new Option("--dry-run", "show the edit, write nothing").default(false);
export const prOption = new Option("--pr", "as a pull request on GitHub; the work tree stays as it is").default(false);
export const noteOption = new Option("--note <text>", "why, for whoever reviews the pull request");

export function setCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist set workshop_routing enabled=false --env production",
    "hoist set workshop_routing rollout=25% expires=2027-06-01",
    `hoist set workshop_routing 'rules["Toronto beta"].rollout=50%'`,
    "hoist set checkout_button tags=shop,growth description='Which colour sells best.'",
    "hoist set workshop_routing salt=                              take a key out",
    "hoist set workshop_routing enabled=false --env production --pr --note 'Too many complaints.'",
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
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, changes, options) => {
      const { setInFlag } = await import("../../source/edit/set.ts");
      const { makeEdit } = await import("./make-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const again = options.pr ? " --pr" : "";
      const target = { key, environment: options.env ?? null, maskedToo: options.base, again };
      const edit = (tree: FlagTree) => ({ result: setInFlag(tree, target, changes) });
      const { pr, note, dryRun, format } = options;
      done(await makeEdit(io, { folder, key, pr, note, dryRun, format, edit }));
    });
}
