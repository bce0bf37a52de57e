import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { ADDRESS_FORMS } from "../store/address.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { usageText } from "./terminal/error-text.ts";
import { examplesText, HELP_WIDTH } from "./terminal/examples.ts";
import type { Io } from "./terminal/io.ts";
import { jsonText } from "./terminal/json-text.ts";

/** Sets the exit code of a command that completed. The exit code is 0 unless it is set. */
export type Done = (code: ExitCode) => void;

/**
 * Creates a command that works in a folder: it has `--cwd`, to which a relative `--database` also refers.
 *
 * @param path      the words that are typed after `hoist`, e.g. `db migrate`
 * @param examples  command lines, each with a note after two or more spaces if it needs one
 */
export function hoistCommand(path: string, summary: string, examples: readonly string[], io: Io) {
  return plainCommand(path, summary, examples, io)
    .option("--cwd <folder>", "run as if started in this folder")
    .hook("preAction", (command) => {
      const { cwd } = command.opts();
      const database: unknown = command.getOptionValue("database");
      if (cwd === undefined || typeof database !== "string") return;
      command.setOptionValue("database", databaseFrom(database, resolve(io.cwd, cwd)));
    });
}

/**
 * Creates a command with everything that all commands have in common: help that ends with examples, and errors that suggest
 * the nearest option and name the help. The parameters are those of {@link hoistCommand}.
 */
export function plainCommand(path: string, summary: string, examples: readonly string[], io: Io): Command {
  const words = path.split(" ");
  const command = new Command(words.at(-1))
    .description(summary)
    .addHelpText("after", () => `\nExamples:\n${examplesText(examples, helpWidth(io))}`)
    .allowExcessArguments(false);
  return withCommonBehaviour(command, words, io);
}

/** Creates a command that only groups other commands, e.g. `db`. */
export function commandGroup(
  name: string,
  summary: string,
  examples: readonly string[],
  commands: readonly CommandUnknownOpts[],
  io: Io,
): Command {
  const group = plainCommand(name, summary, examples, io).helpCommand("help [command]", "show help for a command");
  for (const command of commands) group.addCommand(command);
  return group;
}

/** Makes a relative `file:` address relative to that folder: with --cwd, a command works as if it had started there. */
function databaseFrom(url: string, folder: string): string {
  const [, path, query = ""] = /^file:(?!\/)([^?]+)(\?.*)?$/.exec(url) ?? [];
  if (path === undefined) return url;
  // Escapes in the path stay as they are: only the folder before it is escaped.
  return `${pathToFileURL(folder).href.replace(/\/?$/, "/")}${path.replaceAll("#", "%23")}${query}`;
}

/**
 * Directs help and errors of a command to `io`. Where Commander would end the process, it throws an error that `run` catches.
 *
 * @param words  the words that are typed after `hoist`; none for `hoist` itself
 */
export function withCommonBehaviour(command: Command, words: readonly string[], io: Io): Command {
  const standard = command.createHelp();
  const help = ["hoist", ...words, "--help"].join(" ");
  return command
    .helpOption("-h, --help", "show this help")
    .showSuggestionAfterError(true)
    .showHelpAfterError(`       ${help}\n${io.errStyle("dim", `       exit ${EXIT.usage} (USAGE)`)}`)
    .configureHelp({
      optionDescription: (option) => standard.optionDescription(option).replace(" (default: false)", ""),
      subcommandTerm: (subcommand) => subcommand.name(),
      visibleOptions: (shown) => standard.visibleOptions(shown).toSorted((a, b) => rank(a) - rank(b)),
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(usageText(text, io.errStyle)),
      getOutHelpWidth: () => helpWidth(io),
      getErrHelpWidth: () => helpWidth(io),
    });
}

/** Help lists these after the other options, which stay in the order of their declaration. */
const LAST_OPTIONS: readonly (string | undefined)[] = ["--cwd", "--help"];

function rank({ long }: { readonly long?: string | undefined }): number {
  return LAST_OPTIONS.indexOf(long);
}

/** Returns the maximum width of help, in columns. */
export function helpWidth({ width }: Io): number {
  return Math.min(width, HELP_WIDTH);
}

export const envOption = new Option("-e, --env <name>", "environment (default: FLAGS_ENV, or else development)");
export const databaseOption = new Option(
  "--database <url>",
  `${ADDRESS_FORMS} (default: FLAGS_DATABASE_URL_<ENV>, FLAGS_DATABASE_URL, or .flaghoist/<env>.db)`,
);
export const formatOption = new Option("--format <format>", "output format")
  .choices(["text", "json"] as const)
  .default("text" as const);
export const commitOption = new Option("--commit <ref>", "commit, branch or tag to read flags/ from").default("HEAD");
export const workTreeOption = new Option("--work-tree", "read flags/ from the work tree, with uncommitted changes");

/** Parses an option that can be repeated: collects its values in order. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Parses `userRole=admin`, one attribute of a context; the value stays text. */
export function attribute(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected attribute=value, for example postalCode=M5V.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Prints a result: its data as JSON with `--format json`, its text otherwise. */
export function printResult(io: Io, format: "text" | "json", data: unknown, text: () => string): void {
  io.out(format === "json" ? jsonText(data) : text());
}
