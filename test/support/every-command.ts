import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistProgram } from "../../src/cli/program.ts";
import type { Io } from "../../src/cli/terminal/io.ts";

/**
 * Arguments for every command, in a tree that has the flags of `keys` and at least two commits. The commands that write files run
 * with `--dry-run`. Commands that need a pull request on GitHub are tested in test/cli/github.
 *
 * @param keys  the flags that the commands are asked about, each
 */
export function everyCommand(keys: readonly string[]): Readonly<Record<string, readonly (readonly string[])[]>> {
  const each = (args: (key: string) => readonly (readonly string[])[]) => keys.flatMap(args);
  return {
    init: [["--cwd", "elsewhere"]],
    new: [],
    set: each((key) => [[key, "description=Said better.", "--dry-run"]]),
    rollout: each((key) => [[key, "15%", "--dry-run"]]),
    rename: each((key) => [[key, `${key}_renamed`, "--dry-run"]]),
    rollback: each((key) => [[key, "--dry-run"]]),
    adopt: each((key) => [[key, "--dry-run"]]),
    validate: [[], ["--format", "github"], ["--base", "HEAD~1"], ["--commit", "HEAD"]],
    test: [[]],
    list: [[], ["--sentences"]],
    describe: each((key) => [[key], [key, "--full"]]),
    plan: [
      [],
      ["--base", "HEAD~1"],
      ["--base", "HEAD~1", "--format", "markdown"],
      ["--on-drift", "heal"],
      ...each((key) => [["--release", key]]),
    ],
    "github comment": [],
    "github drift": [["--no-issue", "--settle", "0s"]],
    "github codeowners": [[]],
    status: [[], ["--all"]],
    why: each((key) => [[key], [key, "--user", "user-42"]]),
    log: [[], ["--limit", "0"], ...each((key) => [[key]])],
    suspects: [["--since", "2000-01-01"]],
    kill: each((key) => [[key]]),
    "env check": [[]],
    generate: [["--out", "elsewhere"]],
    schema: [["--check"]],
    "db migrate": [[]],
    "db roles": [[]],
    "db check": [[]],
    completion: [["bash"]],
    help: [[]],
    complete: [["hoist", "describe", ""]],
    // The last ones, because they write to the database.
    sync: [["--on-drift", "fail"], ...each((key) => [["--release", key]]), []],
  };
}

/** Lists the commands of {@link everyCommand} that print data of the database. */
export const READING_DATABASE: readonly string[] = [
  "plan",
  "sync",
  "status",
  "why",
  "log",
  "suspects",
  "adopt",
  "github drift",
];

/** Returns an Io of a command that prints nothing. */
export function silentIo(): Io {
  const nothing = { out: () => {}, err: () => {}, annotate: () => {}, env: {}, cwd: "/", now: () => new Date(0) };
  const plain = (_: string, text: string) => text;
  return { ...nothing, user: "user@host", style: plain, errStyle: plain, showsProgress: false, width: 100 };
}

/** Returns the names of all commands, as the words that are typed after `hoist`. */
export function commandNames(): readonly string[] {
  return leavesOf(
    hoistProgram(silentIo(), () => {}),
    [],
  );
}

function leavesOf(command: CommandUnknownOpts, words: readonly string[]): readonly string[] {
  if (command.commands.length === 0) return [words.join(" ")];
  return command.commands.flatMap((each) => leavesOf(each, [...words, each.name()]));
}

/** Returns the arguments again with each format that a command has, unless they name one. */
export function formatsOf(name: string, args: readonly string[]): readonly (readonly string[])[] {
  const hasJson = ![
    "github codeowners",
    "generate",
    "schema",
    "db migrate",
    "db roles",
    "completion",
    "help",
    "complete",
  ].includes(name);
  return hasJson && !args.includes("--format") ? [args, [...args, "--format", "json"]] : [args];
}
