import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { nearest } from "../../core/diagnostic/nearest.ts";
import { FlagError } from "../../core/errors.ts";
import { helpWidth, plainCommand } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { readPage, TOPICS } from "./topics.ts";

/** Creates the command `hoist help`. */
export function helpCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist help flags          the fields of a flag file",
    "hoist help sync           the options of one command",
    "hoist help client | less  page by page",
  ];
  const topic = new Argument("[topic...]", "a reference page, or a command");
  // Offers the topics to completion. `choices()` would refuse the commands.
  topic.argChoices = TOPICS.map(({ name }) => name);
  return plainCommand("help", "print a reference page or the options of a command", examples, io)
    .addArgument(topic)
    .action(async (words, _, command) => {
      const root = command.parent ?? command;
      const found = commandAt(root, words);
      const page = TOPICS.find(({ name }) => name === words.join(" "));
      if (found !== undefined) found.outputHelp();
      else if (page !== undefined) {
        const { pageText } = await import("./page-text.ts");
        io.out(pageText(page, readPage(page), { width: helpWidth(io), style: io.style }));
      } else throw unknownTopic(words.join(" "), root);
    });
}

/** Follows words like `db migrate` down the commands; without words, returns `hoist` itself. */
function commandAt(root: CommandUnknownOpts, words: readonly string[]): CommandUnknownOpts | undefined {
  return words.reduce<CommandUnknownOpts | undefined>(
    (command, word) => command?.commands.find((each) => each.name() === word),
    root,
  );
}

function unknownTopic(asked: string, root: CommandUnknownOpts): FlagError {
  const topics = TOPICS.map(({ name }) => name);
  const commands = root
    .createHelp()
    .visibleCommands(root)
    .map((command) => command.name());
  const near = nearest(asked, [...topics, ...commands]);
  return new FlagError("USAGE", `"${asked}" is neither a topic nor a command; topics: ${topics.join(", ")}`, {
    hint: near === undefined ? "hoist help lists the topics and the commands" : `did you mean "hoist help ${near}"?`,
  });
}
