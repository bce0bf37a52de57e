import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { baseOption, dryRunOption, noteOption, overlayOption, prOption } from "./set.ts";

export function rolloutCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rollout workshop_routing 50% --env production",
    'hoist rollout workshop_routing 50% --rule "Toronto beta"',
    "hoist rollout workshop_routing all --env staging             all or none, without a share",
    "hoist rollout workshop_routing 10% --by sessionId",
    "hoist rollout workshop_reports --roles admin,workshop_admin",
    "hoist rollout workshop_routing --whitelist workshopId=workshop-1,workshop-2 --env production",
    "hoist rollout workshop_routing 50% --env production --pr     opens a pull request, and prints its address",
  ];
  return hoistCommand("rollout", "say how many get a flag's last line, or a rule", examples, io)
    .argument("<key>", "the flag")
    .argument("[share]", "25%, all or none")
    .option("--by <attribute>", "what tells subjects apart (userId, unless the file says otherwise)")
    .option("--rule <name>", "that rule in place of the last line")
    .addOption(new Option("--roles <list>", "who has one of these in userRole").argParser(listed))
    .addOption(new Option("--whitelist <attribute=ids>", "who is on a list (repeatable)").argParser(whitelisted))
    .addOption(overlayOption)
    .addOption(baseOption)
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, share, options) => {
      const { rollOut } = await import("../../source/edit/rollout.ts");
      const { makeEdit } = await import("./make-edit.ts");
      const folder = flagsFolder(io, options.cwd);
      const again = options.pr ? " --pr" : "";
      const target = { key, environment: options.env ?? null, maskedToo: options.base, again };
      const edit = (tree: FlagTree) => ({ result: rollOut(tree, target, { ...options, share }) });
      const { pr, note, dryRun, format } = options;
      done(await makeEdit(io, { folder, key, pr, note, dryRun, format, edit }));
    });
}

function listed(text: string): readonly string[] {
  return text.split(",").map((word) => word.trim());
}

function whitelisted(
  text: string,
  before: Readonly<Record<string, readonly string[]>> | undefined,
): Readonly<Record<string, readonly string[]>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected attribute=id,id for example workshopId=workshop-1,workshop-2.");
  return { ...before, [text.slice(0, at)]: listed(text.slice(at + 1)) };
}
