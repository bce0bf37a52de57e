import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { runEdit, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist rename`. */
export function renameCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist rename workshop_routing smart_routing",
    "hoist rename workshop_routing smart_routing --dry-run",
    "hoist rename workshop_routing smart_routing --pr",
  ];
  const summary = "change the key of a flag; keeps its salt, so no answer changes";
  const command = hoistCommand("rename", summary, examples, io)
    .argument("<key>", "the flag")
    .argument("<new-key>", "the new key");
  return withEditOptions(command).action(async (key, newKey, options) => {
    const { renameFlag } = await import("../../source/edit/rename.ts");
    const { variableOf } = await import("../../core/override/override-text.ts");
    const { formerKeyNotes } = await import("./former-keys.ts");
    const next = [
      `git grep -n ${key}                programs and documents that name the old key`,
      "hoist validate --base HEAD --work-tree   what the rename changes",
    ];
    await runEdit(io, done, options, {
      key,
      needsAllFlags: true,
      edit: async (tree, { folder }) => {
        const result = renameFlag(tree, key, newKey);
        const fallback = result.before.flagsFor(null).get(key)?.fallback;
        const served = fallback === undefined ? "its fallback" : `its fallback (${fallback})`;
        const notes = [
          `programs that still use ${key} get ${served} after the next sync if they use generated code, or else their own default`,
          `the sync adds ${newKey} to the table as a new flag and archives ${key}; the history stays under the old key`,
          `overrides and kills must then name ${variableOf(newKey)} instead of ${variableOf(key)}`,
          ...(await formerKeyNotes(folder, newKey)),
        ];
        return { result, notes, next };
      },
    });
  });
}
