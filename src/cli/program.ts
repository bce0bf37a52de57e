import type { Command } from "@commander-js/extra-typings";
import { hoistRoot, type Done } from "./command.ts";
import { adoptCommand } from "./edit/adopt.ts";
import { completeCommand, completionCommand } from "./completion/completion.ts";
import { dbCommand } from "./db/db.ts";
import { describeCommand } from "./describe/describe.ts";
import { envCommand } from "./override/env.ts";
import { generateCommand } from "./generate/generate.ts";
import { githubCommand } from "./github/github.ts";
import { helpCommand } from "./help/help.ts";
import { initCommand } from "./init/init.ts";
import { killCommand } from "./override/kill.ts";
import { listCommand } from "./describe/list.ts";
import { newCommand } from "./edit/new.ts";
import { logCommand } from "./log/log.ts";
import { planCommand } from "./plan/plan.ts";
import { renameCommand } from "./edit/rename.ts";
import { rollbackCommand } from "./edit/rollback.ts";
import { rolloutCommand } from "./edit/rollout.ts";
import { schemaCommand } from "./generate/schema.ts";
import { setCommand } from "./edit/set.ts";
import { statusCommand } from "./status/status.ts";
import { suspectsCommand } from "./log/suspects.ts";
import { syncCommand } from "./sync/sync.ts";
import { testCommand } from "./validate/test.ts";
import { validateCommand } from "./validate/validate.ts";
import { whyCommand } from "./why/why.ts";
import type { Io } from "./terminal/io.ts";

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
    helpCommand,
  ];
  for (const command of commands) program.addCommand(command(io, done));
  program.addCommand(completeCommand(io, done), { hidden: true });
  return program;
}
