import { Option } from "@commander-js/extra-typings";
import { collected, commitOption, databaseOption, envOption, hoistCommand, workTreeOption } from "../command.ts";
import type { Io } from "../terminal/io.ts";

const releaseOption = new Option(
  "--release <key>",
  "undo what was written to that flag by hand, kills included (repeatable)",
).argParser(collected);
const onDriftOption = new Option("--on-drift <what>", "what becomes of hand-written changes")
  .choices(["keep", "fail", "heal"] as const)
  .default("keep" as const);
const acceptLiveOption = new Option("--accept-live <sha>", "the live commit, after a rewritten history");
const acknowledgeOption = new Option("--acknowledge <plan-id>", "say yes to the plan of that id (exit 5 prints it)");

/** `plan` and `sync` are asked the same: what one shows, the other does. */
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
