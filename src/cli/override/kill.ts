import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { guess, unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { FlagError } from "../../core/errors.ts";
import { isKey } from "../../source/shape/key.ts";
import { formatOption, hoistCommand, printResult } from "../command.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { killLines, killText } from "./kill-text.ts";

/** Creates the command `hoist kill`. */
export function killCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist kill workshop_routing", "hoist kill workshop_routing --format json"];
  const summary = "print the commands that switch a flag off at once; does not run them";
  return hoistCommand("kill", summary, examples, io)
    .argument("<key>", "flag to switch off")
    .addOption(formatOption)
    .action(async (key, options) => {
      const { flagKeys } = await import("../completion/names.ts");
      const keys = (await flagKeys(flagsFolder(io, options.cwd))).filter(isKey);
      checkKey(key, keys);
      if (!keys.includes(key)) printNote(io, unknownNote(key, keys));
      const lines = killLines(key, keys);
      printResult(io, options.format, lines, () => killText(lines, io.style, io.columns));
    });
}

/** Checks that a text is a key, because it is printed inside shell commands and SQL. @throws FlagError USAGE */
function checkKey(key: string, keys: readonly string[]): void {
  if (isKey(key)) return;
  throw new FlagError("USAGE", `${JSON.stringify(key)} is not a valid flag key`, {
    hint: guess(key, keys) ?? "a key consists of lower-case letters, digits, _ and -, e.g. workshop_routing",
  });
}

function unknownNote(key: string, keys: readonly string[]): string {
  if (keys.length === 0) return `flags/ has no flags, so the key "${key}" was not checked`;
  return [unknownFlag(key, keys).message, guess(key, keys)].filter((part) => part !== undefined).join("; ");
}
