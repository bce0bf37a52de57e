import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistProgram } from "../../src/cli/program.ts";

const io = {
  out: () => {},
  err: () => {},
  annotate: () => {},
  env: {},
  cwd: "/",
  now: () => new Date(0),
  user: "user@host",
};
const plain = { style: (_: string, text: string) => text, errStyle: (_: string, text: string) => text };

/** Lists all commands of the program that do something, e.g. `db migrate`, from the program itself. */
export function allCommands(): readonly string[] {
  return leaves(hoistProgram({ ...io, ...plain, showsProgress: false, width: 100 }, () => {})).toSorted();
}

function leaves(command: CommandUnknownOpts, words: readonly string[] = []): readonly string[] {
  const below = command.commands.flatMap((each) => leaves(each, [...words, each.name()]));
  return below.length > 0 ? below : [words.join(" ")];
}

/**
 * Gives each command arguments with which it does its work in a tree of {@link COMMAND_FLAGS} that was synced to production, at
 * least as far as it can without GitHub.
 */
export const COMMAND_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  adopt: ["voice_logging", "--env", "production"],
  complete: ["--", "hoist", "set", ""],
  completion: ["bash"],
  "db check": ["--env", "production"],
  "db migrate": ["--env", "production"],
  "db roles": [],
  describe: ["checkout_button"],
  "env check": [],
  generate: [],
  "github codeowners": ["--write"],
  "github comment": ["--base", "HEAD~1"],
  "github drift": ["--env", "production", "--no-issue", "--settle", "0s"],
  help: ["flags"],
  init: ["--hook", "--workflows"],
  kill: ["checkout_button"],
  list: [],
  log: ["--env", "production"],
  new: [
    "dark_mode",
    "--name",
    "Dark mode",
    "--description",
    "A dark theme.",
    "--owner",
    "team-checkout",
    "--kind",
    "ops",
    "--folder",
    "looks",
  ],
  plan: ["--env", "production"],
  rename: ["voice_logging", "voice_notes"],
  rollback: ["checkout_button"],
  rollout: ["checkout_button", "15%"],
  schema: [],
  set: ["checkout_button", "description=Said better."],
  status: ["--env", "production"],
  suspects: ["--env", "production", "--since", "1h"],
  sync: ["--env", "production"],
  test: [],
  validate: [],
  why: ["checkout_button", "--env", "production", "--user", "user-42"],
};
