import type { Command } from "@commander-js/extra-typings";
import { hoistRoot, type Done } from "./command.ts";
import { dbCommand } from "./commands/db.ts";
import { describeCommand } from "./commands/describe.ts";
import { envCommand } from "./commands/env.ts";
import { killCommand } from "./commands/kill.ts";
import { listCommand } from "./commands/list.ts";
import { planCommand } from "./commands/plan.ts";
import { rolloutCommand } from "./commands/rollout.ts";
import { schemaCommand } from "./commands/schema.ts";
import { setCommand } from "./commands/set.ts";
import { statusCommand } from "./commands/status.ts";
import { syncCommand } from "./commands/sync.ts";
import { testCommand } from "./commands/test.ts";
import { validateCommand } from "./commands/validate.ts";
import { whyCommand } from "./commands/why.ts";
import type { Io } from "./io.ts";

/** All commands, in the order in which people meet them. What a command needs is loaded when it runs. */
export function hoistProgram(io: Io, done: Done): Command {
  const program = hoistRoot(io);
  const commands = [
    validateCommand,
    testCommand,
    listCommand,
    describeCommand,
    setCommand,
    rolloutCommand,
    planCommand,
    syncCommand,
    statusCommand,
    whyCommand,
    killCommand,
    envCommand,
    schemaCommand,
    dbCommand,
  ];
  for (const command of commands) program.addCommand(command(io, done));
  return program;
}
