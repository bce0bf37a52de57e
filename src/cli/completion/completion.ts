import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { plainCommand } from "../command.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./scripts.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the command `hoist completion`. */
export function completionCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "source <(hoist completion bash)                 add to ~/.bashrc",
    "source <(hoist completion zsh)                  add to ~/.zshrc, after compinit",
    "hoist completion fish | source                  add to ~/.config/fish/config.fish",
  ];
  return plainCommand("completion", "print the completion script for a shell", examples, io)
    .addArgument(new Argument("<shell>", "shell to print the script for").choices(SHELLS))
    .action((shell) => {
      io.out(COMPLETION_SCRIPTS[shell].trimEnd());
    });
}

/** Creates the hidden command that the scripts run when a key is pressed. It prints one candidate per line: the word, a tab, its meaning. */
export function completeCommand(io: Io): CommandUnknownOpts {
  return plainCommand("complete", "print the completions of a command line", ["hoist complete -- sync --env ''"], io)
    .argument("[words...]", "words so far; the last is unfinished")
    .action(async (words, _, command) => {
      const { completionsOf } = await import("./completions.ts");
      const { namesOf } = await import("./names.ts");
      const { candidates, names, prefix } = completionsOf(command.parent ?? command, words);
      if (names === "files") io.out(":files");
      const found = names === null ? [] : await namesOf(names, flagsFolder(io, folderIn(words)));
      const lines = [
        ...candidates.map(({ word, about }) => `${word}\t${about.replaceAll(/\s+/g, " ")}`),
        ...found.map((name) => `${prefix}${name}\t`),
      ];
      if (lines.length > 0) io.out(lines.join("\n"));
    });
}

/** Returns the value of `--cwd` in the command line: names are read from that folder. */
function folderIn(words: readonly string[]): string | undefined {
  const at = words.indexOf("--cwd");
  const inWord = words.find((word) => word.startsWith("--cwd="));
  return inWord?.slice("--cwd=".length) || (at === -1 ? undefined : words[words[at + 1] === "=" ? at + 2 : at + 1]);
}
