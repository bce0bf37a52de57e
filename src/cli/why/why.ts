import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import {
  attribute,
  databaseOption,
  envOption,
  formatOption,
  hoistCommand,
  printResult,
  workTreeOption,
} from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { whyText } from "./why-text.ts";

/** Creates the command `hoist why`. */
export function whyCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist why workshop_routing --user user-42 --context postalCode=M5V --env production",
    "hoist why checkout_button --user user-42 --work-tree            evaluate the files, before a sync",
  ];
  return hoistCommand("why", "explain one answer step by step, from the live table", examples, io)
    .argument("<key>", "flag to evaluate")
    .option("-u, --user <id>", "the attribute userId of the context")
    .option("-c, --context <attribute=value>", "attribute of the context (repeatable)", attribute)
    .addOption(envOption)
    .addOption(workTreeOption)
    .addOption(databaseOption)
    .addOption(formatOption)
    .action(async (key, options) => {
      const { explainAnswer } = await import("./answer.ts");
      const attributes = { ...options.context, ...(options.user === undefined ? {} : { userId: options.user }) };
      const answer = await explainAnswer(io, key, attributes, options);
      const data = { ...answer.trace, source: answer.source };
      printResult(io, options.format, data, () => whyText(answer, io.style, io.columns));
    });
}
