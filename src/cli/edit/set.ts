import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { baseOption, overlayOption, runEdit, setTarget, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist set`. */
export function setCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist set workshop_routing enabled=false --env production",
    "hoist set workshop_routing rollout=25% expires=2027-06-01",
    `hoist set workshop_routing 'rules["Toronto beta"].rollout=50%'`,
    "hoist set checkout_button tags=shop,growth description='Which colour sells best.'",
    "hoist set workshop_routing salt=                              remove a field",
    "hoist set workshop_routing enabled=false --env production --pr --note 'Too many complaints.'",
  ];
  const summary = "change fields of a flag in its file; changes no other lines";
  const command = hoistCommand("set", summary, examples, io)
    .argument("<key>", "the flag")
    .argument("<path=value...>", "fields to change, with their new values")
    .addOption(overlayOption)
    .addOption(baseOption);
  return withEditOptions(command).action(async (key, changes, options) => {
    const { setInFlag } = await import("../../source/edit/set.ts");
    const target = setTarget(key, options);
    await runEdit(io, done, options, { key, edit: (tree) => ({ result: setInFlag(tree, target, changes) }) });
  });
}
