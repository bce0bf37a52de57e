import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { formatOption, hoistCommand, printResult } from "../command.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { describeText } from "./describe-text.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the command `hoist describe`. */
export function describeCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist describe workshop_routing",
    "hoist describe workshop_routing --env production --commit origin/main",
    "hoist describe recurring_bookings --full                 show every value of long lists",
  ];
  return hoistCommand("describe", "describe one flag in plain English: who gets what in each environment", examples, io)
    .argument("<key>", "flag to describe")
    .option("-e, --env <name>", "only this environment (default: all)")
    .option("--commit <ref>", "commit, branch or tag to read flags/ from (default: the work tree)")
    .option("--full", "show every value of long lists", false)
    .addOption(formatOption)
    .action(async (key, options) => {
      const { readFiles } = await import("../../source/read/read-files.ts");
      const { descriptionsOf, environmentsOf, flagNamed } = await import("./descriptions.ts");
      const origin = { folder: flagsFolder(io, options.cwd), ref: options.commit ?? null };
      const { loaded, commit } = await readFiles(origin, progressOf(io));
      const { file, path } = flagNamed(loaded, key);
      const lists = options.full || options.format === "json" ? { most: Infinity } : {};
      const descriptions = descriptionsOf(loaded, key, environmentsOf(loaded, options.env), lists);
      const described = { key, name: file.name, path, descriptions };
      printResult(io, options.format, { ...described, commit }, () => describeText(described, io));
    });
}
