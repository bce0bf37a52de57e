import type { Command } from "@commander-js/extra-typings";
import { hoistRoot, type Done } from "./command.ts";
import { adoptCommand } from "./commands/adopt.ts";
import { completeCommand, completionCommand } from "./commands/completion.ts";
import { dbCommand } from "./commands/db.ts";
import { describeCommand } from "./commands/describe.ts";
import { envCommand } from "./commands/env.ts";
import { generateCommand } from "./commands/generate.ts";
import { githubCommand } from "./commands/github.ts";
import { initCommand } from "./commands/init.ts";
import { killCommand } from "./commands/kill.ts";
import { listCommand } from "./commands/list.ts";
import { newCommand } from "./commands/new.ts";
import { logCommand } from "./commands/log.ts";
import { planCommand } from "./commands/plan.ts";
import { renameCommand } from "./commands/rename.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { rolloutCommand } from "./commands/rollout.ts";
import { schemaCommand } from "./commands/schema.ts";
import { setCommand } from "./commands/set.ts";
import { statusCommand } from "./commands/status.ts";
import { suspectsCommand } from "./commands/suspects.ts";
import { syncCommand } from "./commands/sync.ts";
import { testCommand } from "./commands/test.ts";
import { validateCommand } from "./commands/validate.ts";
import { whyCommand } from "./commands/why.ts";
import type { Io } from "./io.ts";

/** All commands, in the order in which people meet them. What a command needs is loaded when it runs. */
export function hoistProgram(io: Io, done: Done): Command {
  const program = hoistRoot(io);
  const commands = [
    initCommand,
    newCommand,
    validateCommand,
    testCommand,
    listCommand,
    describeCommand,
    setCommand,
    rolloutCommand,
    renameCommand,
    rollbackCommand,
    adoptCommand,
    planCommand,
    syncCommand,
    statusCommand,
    whyCommand,
    logCommand,
    suspectsCommand,
    killCommand,
    envCommand,
    generateCommand,
    schemaCommand,
    githubCommand,
    dbCommand,
    completionCommand,
  ];
  for (const command of commands) program.addCommand(command(io, done));
  program.addCommand(completeCommand(io, done), { hidden: true });
  return program;
}
