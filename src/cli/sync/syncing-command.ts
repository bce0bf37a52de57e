import { Option } from "@commander-js/extra-typings";
import { collected, commitOption, databaseOption, envOption, hoistCommand, workTreeOption } from "../command.ts";
import type { Io } from "../terminal/io.ts";

const releaseOption = new Option(
  "--release <key>",
  "undo the manual changes to this flag, including kills (repeatable)",
).argParser(collected);
const onDriftOption = new Option("--on-drift <what>", "what to do with manual changes in the table")
  .choices(["keep", "fail", "heal"] as const)
  .default("keep" as const);
const acceptLiveOption = new Option("--accept-live <sha>", "live commit to accept after the git history was rewritten");
const acknowledgeOption = new Option(
  "--acknowledge <plan-id>",
  "acknowledge the plan with this id (a refused sync prints it)",
);

/** Creates a command with the common options of `plan` and `sync`. */
export function syncingCommand(name: "plan" | "sync", summary: string, examples: readonly string[], io: Io) {
  return hoistCommand(name, summary, examples, io)
    .addOption(envOption)
    .addOption(commitOption)
    .addOption(workTreeOption)
    .addOption(databaseOption)
    .addOption(releaseOption)
    .addOption(onDriftOption)
    .addOption(acknowledgeOption)
    .addOption(acceptLiveOption);
}
