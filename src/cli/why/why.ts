import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import {
  attribute,
  cwdOption,
  databaseOption,
  envOption,
  formatOption,
  hoistCommand,
  workTreeOption,
  type Done,
} from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { whyText } from "./why-text.ts";

export function whyCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist why workshop_routing --user user-42 --context postalCode=M5V --env production",
    "hoist why checkout_button --user user-42 --work-tree            from the files, before anything is synced",
  ];
  return hoistCommand("why", "every step to one answer, from the live table", examples, io)
    .argument("<key>", "the flag")
    .option("-u, --user <id>", "the subject, userId")
    .option("-c, --context <attribute=value>", "an attribute of the context (repeatable)", attribute)
    .addOption(envOption)
    .addOption(workTreeOption)
    .addOption(databaseOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const { answerFrom } = await import("./answer.ts");
      const context = { ...options.context, ...(options.user === undefined ? {} : { userId: options.user }) };
      const view = await answerFrom(io, key, context, options);
      if (options.format === "json") io.out(JSON.stringify({ ...view.trace, source: view.source }, null, 2));
      else io.out(whyText(view, io.style, io.columns));
      done(EXIT.done);
    });
}
