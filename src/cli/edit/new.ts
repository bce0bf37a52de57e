import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FLAG_TYPES } from "../../core/flag/flag.ts";
import { collected, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { commaList, runEdit, withEditOptions } from "./edit-command.ts";

/** Creates the command `hoist new`. */
export function newCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist new                                                     asks for every value, on a terminal",
    'hoist new new_checkout --owner team-growth --kind release --expires 2027-06-01 \\\n      --name "New checkout" --description "The checkout on one page."',
    "hoist new button_colour … --kind experiment --type string --variant control=grey --variant blue=#1d4ed8",
  ];
  const summary = "write the file of a new flag, enabled only in the environments that you name";
  const command = hoistCommand("new", summary, examples, io)
    .argument("[key]", "the key of the flag, which is also the name of its file")
    .option("--name <text>", "display name")
    .option("--description <text>", "what the flag does")
    .option("--owner <name>", "owner, as declared in flags/_config.yaml")
    .option("--kind <kind>", "release, experiment, ops or permission")
    .option("--expires <day>", "date after which the flag should be removed (release and experiment)")
    .addOption(
      new Option("-e, --env <name>", "environment to enable the flag in (repeatable; default: the first)").argParser(
        collected,
      ),
    )
    .option("--folder <path>", "folder below flags/ (default: the one with most of the owner's flags)")
    .option("--tags <list>", "tags, separated by commas", commaList)
    .option("--client", "allow browsers to read the value", false)
    .addOption(new Option("--type <type>", "type of the variants").choices(FLAG_TYPES).default("boolean" as const))
    .option(
      "--variant <name=value>",
      "a variant, for every type except boolean (repeatable); the first is served while the flag is off",
      variant,
    );
  return withEditOptions(command).action(async (key, options) => {
    const { newFlag } = await import("./new-flag.ts");
    // With --pr, hoist does not ask for values: one error lists the missing options.
    const asking = options.pr ? { ...io, ask: undefined } : io;
    const edit: Parameters<typeof runEdit>[3]["edit"] = (tree, { folder }) =>
      newFlag(asking, folder, tree, { ...options, key });
    await runEdit(io, done, options, { key: key ?? null, needsAllFlags: true, edit });
  });
}

function variant(text: string, before: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write name=value, for example blue=#1d4ed8.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
