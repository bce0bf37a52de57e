import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { baseOption, commaList, overlayOption, runEdit, setTarget, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist rollout`. */
export function rolloutCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rollout workshop_routing 50% --env production",
    'hoist rollout workshop_routing 50% --rule "Toronto beta"',
    "hoist rollout workshop_routing all --env staging             serve everyone; none serves nobody",
    "hoist rollout workshop_routing 10% --by sessionId",
    "hoist rollout workshop_reports --roles admin,workshop_admin",
    "hoist rollout workshop_routing --whitelist workshopId=workshop-1,workshop-2 --env production",
    "hoist rollout workshop_routing 50% --env production --pr     open a pull request and print its address",
  ];
  const summary = "change whom the default rollout or a rule of a flag serves";
  const command = hoistCommand("rollout", summary, examples, io)
    .argument("<key>", "the flag")
    .argument("[share]", "25%, all or none")
    .option(
      "--by <attribute>",
      "attribute that identifies the subjects of the share (default: as in the file, or else userId)",
    )
    .option("--rule <name>", "change this rule instead of the default rollout")
    .addOption(new Option("--roles <list>", "serve users whose userRole is one of these").argParser(commaList))
    .addOption(new Option("--whitelist <attribute=ids>", "serve the listed ids (repeatable)").argParser(whitelisted))
    .addOption(overlayOption)
    .addOption(baseOption);
  return withEditOptions(command).action(async (key, share, options) => {
    const { rollOut } = await import("../../source/edit/rollout.ts");
    const target = setTarget(key, options);
    await runEdit(io, done, options, {
      key,
      edit: (tree) => ({ result: rollOut(tree, target, { ...options, share }) }),
    });
  });
}

function whitelisted(
  text: string,
  before: Readonly<Record<string, readonly string[]>> | undefined,
): Readonly<Record<string, readonly string[]>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write attribute=id,id, for example workshopId=workshop-1,workshop-2.");
  return { ...before, [text.slice(0, at)]: commaList(text.slice(at + 1)) };
}
