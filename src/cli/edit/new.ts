import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FLAG_TYPES } from "../../core/flag/flag.ts";
import { collected, cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { dryRunOption, noteOption, prOption } from "./set.ts";

export function newCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist new                                                     asks, on a terminal",
    'hoist new new_checkout --owner team-growth --kind release --expires 2027-06-01 \\\n      --name "New checkout" --description "The checkout on one page."',
    "hoist new button_colour … --kind experiment --type string --variant control=grey --variant blue=#1d4ed8",
  ];
  return hoistCommand("new", "write the file of a new flag: off, and on where you say", examples, io)
    .argument("[key]", "its key, which is the name of its file")
    .option("--name <text>", "what people call it")
    .option("--description <text>", "what is different while it is on")
    .option("--owner <name>", "who answers for it, as flags/_config.yaml declares")
    .option("--kind <kind>", "release, experiment, ops or permission")
    .option("--expires <day>", "the day after which it should be gone (release and experiment)")
    .addOption(
      new Option("-e, --env <name>", "on in that environment (repeatable; else in the first one)").argParser(collected),
    )
    .option("--folder <path>", "below flags/ (else where most of the owner's flags are)")
    .option("--tags <list>", "words to find it by", listed)
    .option("--client", "browsers may see its value", false)
    .addOption(new Option("--type <type>", "what its variants are").choices(FLAG_TYPES).default("boolean" as const))
    .option(
      "--variant <name=value>",
      "a variant, for every type but boolean (repeatable); the first is served while off",
      variant,
    )
    .addOption(prOption)
    .addOption(noteOption)
    .addOption(dryRunOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { makeFlag } = await import("./make-flag.ts");
      done(await makeFlag(io, flagsFolder(io, options.cwd), { ...options, key }));
    });
}

function listed(text: string): readonly string[] {
  return text.split(",").map((word) => word.trim());
}

function variant(text: string, before: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value, for example blue=#1d4ed8.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
