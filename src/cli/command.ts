import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import packageFile from "../../package.json" with { type: "json" };
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { examplesText, HELP_WIDTH } from "./examples.ts";
import type { Io } from "./terminal/io.ts";
import { usageText } from "./terminal/error-text.ts";
import { TOPICS } from "./help/topics.ts";
import { tableText } from "./terminal/table.ts";

const VERSION: string = packageFile.version;

/** Told the exit code of a command that ran to its end. */
export type Done = (code: ExitCode) => void;

/** One subcommand, set up like all others: errors name the nearest option, help ends with examples that can be pasted. */
export function hoistCommand(name: string, summary: string, examples: readonly string[], io: Io): Command {
  const command = new Command(name)
    .description(summary)
    .addHelpText("after", () => `\nExamples:\n${examplesText(examples, helpWidth(io))}`)
    .showSuggestionAfterError(true)
    .showHelpAfterError(afterError(io, name))
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this help")
    .hook("preAction", (acting) => {
      const { cwd, database } = optionsOf(acting);
      if (cwd !== undefined && database !== undefined) {
        acting.setOptionValue("database", databaseFrom(database, resolve(io.cwd, cwd)));
      }
    });
  return voiced(command, io);
}

function optionsOf(command: CommandUnknownOpts): { readonly cwd?: string; readonly database?: string } {
  const { cwd, database } = command.opts();
  return {
    ...(typeof cwd === "string" && { cwd }),
    ...(typeof database === "string" && { database }),
  };
}

/** A relative `file:` address means what it would mean in that folder: --cwd is as if the command ran there. */
function databaseFrom(url: string, folder: string): string {
  const [, path, query = ""] = /^file:(?!\/)([^?]+)(\?.*)?$/.exec(url) ?? [];
  if (path === undefined) return url;
  // Escapes stay as they are: only what stands before them is added, and escaped.
  return `${pathToFileURL(folder).href.replace(/\/?$/, "/")}${path.replaceAll("#", "%23")}${query}`;
}

/** Everything a command says of itself goes through `io`, and it ends by a throw that `run` understands. */
function voiced(command: Command, io: Io): Command {
  const { optionDescription } = command.createHelp();
  // That a switch is off until it is given says nothing.
  command.configureHelp({ optionDescription: (option) => optionDescription(option).replace(" (default: false)", "") });
  return command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text.trimEnd()),
    writeErr: (text) => io.err(text.trimEnd()),
    outputError: (text, write) => write(usageText(text, io.errStyle)),
    getOutHelpWidth: () => helpWidth(io),
    getErrHelpWidth: () => helpWidth(io),
  });
}

/** Where the help is, and the exit code, as below every other error. */
export function afterError(io: Io, ...words: readonly string[]): string {
  const help = ["hoist", ...words, "--help"].join(" ");
  return `       ${help}\n${io.errStyle("dim", `       exit ${EXIT.usage} (USAGE)`)}`;
}

/** Returns the columns that help may fill. */
export function helpWidth({ width }: Io): number {
  return Math.min(width, HELP_WIDTH);
}

export const cwdOption = new Option("--cwd <folder>", "run as if in that folder");
export const envOption = new Option("-e, --env <name>", "the environment (else FLAGS_ENV, else development)");
export const databaseOption = new Option(
  "--database <url>",
  "file:… or postgres://… (else FLAGS_DATABASE_URL_<ENV>, else FLAGS_DATABASE_URL, else .flaghoist/<env>.db)",
);
export const formatOption = new Option("--format <format>", "how the result is printed")
  .choices(["text", "json"] as const)
  .default("text" as const);
export const commitOption = new Option("--commit <ref>", "the commit, branch or tag to read flags/ from").default(
  "HEAD",
);
export const workTreeOption = new Option("--work-tree", "read flags/ as it stands, committed or not");

/** Collects a repeatable option's values. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `userRole=admin`: one attribute of a context, as text. */
export function attribute(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected attribute=value, for example postalCode=M5V.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The command itself: `hoist`. */
export function hoistRoot(io: Io): Command {
  const program = new Command("hoist")
    .description("Feature flags as code: YAML in git, synced to a table, evaluated in memory.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(afterError(io))
    .addHelpText(
      "after",
      () => `\nExamples:\n${examplesText(ROOT_EXAMPLES, helpWidth(io))}\n${topicsText()}\n${EXIT_CODES}`,
    );
  return voiced(program, io);
}

const ROOT_EXAMPLES = [
  "hoist validate                             check everything under flags/",
  "hoist plan --env production                what a sync would change",
  "hoist sync --env production                change it, in one transaction",
  "hoist why checkout_button --user user-42   how an answer comes about",
  "hoist kill checkout_button                 the lines that switch it off",
];

function topicsText(): string {
  const rows = TOPICS.map(({ name, about }) => [`hoist help ${name}`, about]);
  return `\nReference pages:\n${tableText(rows, "  ")}`;
}

const EXIT_CODES = `
Exit codes:
  0 done   1 internal   2 changes pending   3 invalid files   4 commit not ahead
  5 needs acknowledgement, or drift   6 unknown environment, wrong database
  7 not a repository, shallow   8 database   9 wrong usage   10 GitHub`;
