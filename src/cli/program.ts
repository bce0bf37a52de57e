import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import packageFile from "../../package.json" with { type: "json" };
import { helpWidth, withCommonBehaviour, type Done } from "./command.ts";
import { completeCommand, completionCommand } from "./completion/completion.ts";
import { dbCommand } from "./db/db.ts";
import { describeCommand } from "./describe/describe.ts";
import { listCommand } from "./describe/list.ts";
import { adoptCommand } from "./edit/adopt.ts";
import { newCommand } from "./edit/new.ts";
import { renameCommand } from "./edit/rename.ts";
import { rollbackCommand } from "./edit/rollback.ts";
import { rolloutCommand } from "./edit/rollout.ts";
import { setCommand } from "./edit/set.ts";
import { generateCommand } from "./generate/generate.ts";
import { schemaCommand } from "./generate/schema.ts";
import { githubCommand } from "./github/github.ts";
import { helpCommand } from "./help/help.ts";
import { TOPICS } from "./help/topics.ts";
import { initCommand } from "./init/init.ts";
import { logCommand } from "./log/log.ts";
import { suspectsCommand } from "./log/suspects.ts";
import { envCommand } from "./override/env.ts";
import { killCommand } from "./override/kill.ts";
import { planCommand } from "./plan/plan.ts";
import { statusCommand } from "./status/status.ts";
import { syncCommand } from "./sync/sync.ts";
import { examplesText } from "./terminal/examples.ts";
import type { Io } from "./terminal/io.ts";
import { tableText } from "./terminal/layout.ts";
import { testCommand } from "./validate/test.ts";
import { validateCommand } from "./validate/validate.ts";
import { whyCommand } from "./why/why.ts";

/**
 * All commands, in the groups and the order in which help lists them. Their modules are loaded at every start, so what only
 * one command needs is imported when it runs.
 */
const COMMANDS: Readonly<Record<string, readonly ((io: Io, done: Done) => CommandUnknownOpts)[]>> = {
  "Write flags:": [initCommand, newCommand, setCommand, rolloutCommand, renameCommand, rollbackCommand, adoptCommand],
  "Check flags:": [validateCommand, testCommand, listCommand, describeCommand],
  "Apply flags:": [planCommand, syncCommand, githubCommand],
  "On call:": [statusCommand, whyCommand, logCommand, suspectsCommand, killCommand, envCommand],
  "Set up:": [generateCommand, schemaCommand, dbCommand, completionCommand, helpCommand],
};

/** Creates the command line `hoist` with all its commands. */
export function hoistProgram(io: Io, done: Done): Command {
  const program = new Command("hoist")
    .description("Feature flags as code: YAML in git, synced to a database table, evaluated in memory.")
    .version(packageFile.version, "-V, --version", "show the version")
    .helpCommand(false)
    .addHelpText("after", () =>
      ["", "Examples:", examplesText(EXAMPLES, helpWidth(io)), "", TOPICS_TEXT, "", EXIT_CODES].join("\n"),
    );
  withCommonBehaviour(program, [], io);
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const command of commands) program.addCommand(command(io, done));
  }
  program.addCommand(completeCommand(io), { hidden: true });
  return program;
}

const EXAMPLES = [
  "hoist validate                             check every flag file",
  "hoist plan --env production                show what a sync would change",
  "hoist sync --env production                apply it, in one transaction",
  "hoist why checkout_button --user user-42   explain one answer",
  "hoist kill checkout_button                 show how to switch a flag off",
];

const TOPICS_TEXT = `Reference pages:
${tableText(
  TOPICS.map(({ name, about }) => [`hoist help ${name}`, about]),
  "  ",
)}`;

const EXIT_CODES = `Exit codes:
   0  done, or nothing to do
   1  internal error
   2  changes are pending
   3  invalid flag files
   4  the commit does not follow the live one
   5  acknowledgement needed, or drift
   6  unknown environment, or the database of another environment
   7  not a git repository, or a shallow clone
   8  database error
   9  wrong usage
  10  GitHub error`;
