import type { Argument, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { own } from "../../core/own.ts";

/** One completion of a word, and its meaning. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** A kind of name to complete. Names come from the repository; the shell completes files. */
export type NameKind = "flags" | "environments" | "owners" | "attributes" | "files";

/** The completions of the last word of a command line. */
export interface Completions {
  /** Commands, options and choices. */
  readonly candidates: readonly Candidate[];
  readonly names: NameKind | null;
  /** Goes before each name: `--env=` when the value is part of the option's word. */
  readonly prefix: string;
}

const NOTHING: Completions = { candidates: [], names: null, prefix: "" };

/**
 * Returns the completions of the last word of a command line.
 *
 * @param program  the command `hoist`, whose commands and options are completed
 * @param words    the words after `hoist`; the last one is unfinished and can be empty. `=` can be a word of its own, because
 *   bash splits there.
 */
export function completionsOf(program: CommandUnknownOpts, words: readonly string[]): Completions {
  const last = words.at(-1) ?? "";
  let command = program;
  let option: Option | undefined;
  let isAfterDashes = false;
  let position = 0;
  for (const word of words.slice(0, -1)) {
    if (word === "=" && option !== undefined) continue;
    if (option !== undefined) {
      option = undefined;
    } else if (isAfterDashes) {
      position += 1;
    } else if (word === "--") {
      isAfterDashes = true;
    } else if (word.startsWith("-")) {
      if (!word.includes("=")) option = valued(optionOf(command, word));
    } else {
      const inside = position === 0 ? visibleCommands(command).find((each) => each.name() === word) : undefined;
      if (inside === undefined) position += 1;
      else command = inside;
    }
  }
  if (option !== undefined) return ofOption(option, "");
  if (isAfterDashes) return ofArgument(command, position);
  const [name = "", value] = last.split("=", 2);
  if (last.startsWith("--") && value !== undefined) {
    const given = valued(optionOf(command, name));
    return given === undefined ? NOTHING : ofOption(given, `${name}=`);
  }
  if (last.startsWith("-")) return { ...NOTHING, candidates: options(command) };
  const commands = position === 0 ? visibleCommands(command) : [];
  if (commands.length === 0) return ofArgument(command, position);
  const candidates = commands.map((each) => ({ word: each.name(), about: each.description() }));
  return { ...NOTHING, candidates };
}

function visibleCommands(command: CommandUnknownOpts): readonly CommandUnknownOpts[] {
  return command.createHelp().visibleCommands(command);
}

function options(command: CommandUnknownOpts): readonly Candidate[] {
  const shown: readonly Option[] = command.createHelp().visibleOptions(command);
  return shown.flatMap(({ long, description }) => (long ? [{ word: long, about: description }] : []));
}

function optionOf(command: CommandUnknownOpts, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word === long || word === short);
}

/** Returns the option if it takes a value. */
function valued(option: Option | undefined): Option | undefined {
  return option?.required === true || option?.optional === true ? option : undefined;
}

const OPTION_NAMES: Readonly<Record<string, NameKind>> = {
  "--env": "environments",
  "--in": "environments",
  "--owner": "owners",
  "--context": "attributes",
  "--release": "flags",
};

function ofOption(option: Option, prefix: string): Completions {
  const candidates = (option.argChoices ?? []).map((word) => ({ word: `${prefix}${word}`, about: "" }));
  const takesPath = /<(?:folder|file|path)/.test(option.flags);
  return { candidates, names: own(OPTION_NAMES, option.long ?? "") ?? (takesPath ? "files" : null), prefix };
}

function ofArgument(command: CommandUnknownOpts, position: number): Completions {
  const known: readonly Argument[] = command.registeredArguments;
  const argument = known[position] ?? known.findLast(({ variadic }) => variadic);
  if (argument === undefined) return NOTHING;
  const candidates = (argument.argChoices ?? []).map((word) => ({ word, about: "" }));
  return { candidates, names: /^(?:keys?|flags?)$/i.test(argument.name()) ? "flags" : null, prefix: "" };
}
