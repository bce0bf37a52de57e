import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "./scripts.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export function completionCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "source <(hoist completion bash)                 in ~/.bashrc",
    "source <(hoist completion zsh)                  in ~/.zshrc, after compinit",
    "hoist completion fish | source                  in ~/.config/fish/config.fish",
  ];
  return hoistCommand("completion", "print the completion script of a shell", examples, io)
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .action((shell) => {
      io.out(COMPLETION_SCRIPTS[shell].trimEnd());
      done(EXIT.done);
    });
}

/** What the scripts run at a key press; nobody types it. One candidate a line: the word, a tab, what it means. */
export function completeCommand(io: Io, done: Done): CommandUnknownOpts {
  return hoistCommand("complete", "the words that may end a command line", ["hoist complete -- sync --env ''"], io)
    .argument("[words...]", "the words so far; the last is unfinished")
    .action(async (words, _, command) => {
      const { wanted } = await import("./wanted.ts");
      const { namesOf } = await import("./names.ts");
      const { candidates, names, prefix } = wanted(command.parent ?? command, words);
      if (names === "files") io.out(":files");
      const found = names === null ? [] : await namesOf(names, flagsFolder(io, folderIn(words)));
      const lines = [
        ...candidates.map(({ word, about }) => `${word}\t${about.replaceAll(/\s+/g, " ")}`),
        ...found.map((name) => `${prefix}${name}\t`),
      ];
      if (lines.length > 0) io.out(lines.join("\n"));
      done(EXIT.done);
    });
}

/** Names come from the folder that the command line itself names. */
function folderIn(words: readonly string[]): string | undefined {
  const at = words.indexOf("--cwd");
  const inWord = words.find((word) => word.startsWith("--cwd="));
  return inWord?.slice("--cwd=".length) || (at === -1 ? undefined : words[words[at + 1] === "=" ? at + 2 : at + 1]);
}
