import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { describeText } from "./describe-text.ts";
import { flagsFolder } from "../workspace.ts";

export function describeCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist describe workshop_routing",
    "hoist describe workshop_routing --env production --commit origin/main",
    "hoist describe recurring_bookings --full                 every value of every list",
  ];
  return hoistCommand("describe", "one flag in plain English: who gets what, in each environment", examples, io)
    .argument("<key>", "the flag")
    .option("-e, --env <name>", "that environment only")
    .option("--commit <ref>", "as the files of that commit say, not as they stand in the folder")
    .option("--full", "name every value of long lists", false)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { readFiles } = await import("../../source/read/desired.ts");
      const { descriptionsOf, environmentsOf, flagNamed } = await import("./descriptions.ts");
      const origin = { folder: flagsFolder(io, options.cwd), ref: options.commit ?? null };
      const { loaded, commit } = await readFiles(origin, progressOf(io));
      const { file, path } = flagNamed(loaded, key);
      const lists = options.full || options.format === "json" ? { most: Infinity } : {};
      const descriptions = descriptionsOf(loaded, key, environmentsOf(loaded, options.env), lists);
      const view = { key, name: file.name, path, descriptions };
      if (options.format === "json") io.out(JSON.stringify({ ...view, commit }, null, 2));
      else io.out(describeText(view, { width: io.width, style: io.style }));
      done(EXIT.done);
    });
}
