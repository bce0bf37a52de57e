import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { dryRunOption, noteOption, prOption } from "./set.ts";

export function renameCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rename workshop_routing smart_routing",
    "hoist rename workshop_routing smart_routing --dry-run",
    "hoist rename workshop_routing smart_routing --pr",
  ];
  return hoistCommand("rename", "give a flag another key; the salt stays, so nobody changes sides", examples, io)
    .argument("<key>", "the flag")
    .argument("<new-key>", "its new key")
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, next, options) => {
      const { renameFlag } = await import("../../source/edit/rename.ts");
      const { variableOf } = await import("../../core/override/override-text.ts");
      const { makeEdit } = await import("./make-edit.ts");
      const { formerNotes } = await import("./former-keys.ts");
      const folder = flagsFolder(io, options.cwd);
      const edit = async (tree: FlagTree) => {
        const result = renameFlag(tree, key, next);
        const fallback = result.ok ? result.before.flagsFor(null).get(key)?.fallback : undefined;
        const notes = [
          `programs still ask for ${key}: once this is synced they get ${fallback === undefined ? "its fallback" : `its fallback (${fallback})`} where it was generated, else their own default`,
          `the table gets ${next} as a new flag and archives ${key}; its history stays under the old key`,
          `overrides and kills name ${variableOf(next)} from then on, not ${variableOf(key)}`,
          ...(await formerNotes(folder, next)),
        ];
        return { result, notes };
      };
      const steps = [
        `git grep -n ${key}                where programs and documents name the old key`,
        "hoist validate --base HEAD        what the rename changes",
      ];
      const { pr, note, dryRun, format } = options;
      const asked = { folder, key: next, formerKey: key, pr, note, dryRun, format, whole: true, next: steps };
      done(await makeEdit(io, { ...asked, edit }));
    });
}
