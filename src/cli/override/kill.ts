import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import { guess, unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { killLines, killText } from "./kill-text.ts";
import { flagsFolder } from "../workspace.ts";

export function killCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist kill workshop_routing", "hoist kill workshop_routing --format json"];
  return hoistCommand("kill", "print the exact lines that switch a flag off; switches nothing itself", examples, io)
    .argument("<key>", "the flag")
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (key, options) => {
      const keys = await knownKeys(flagsFolder(io, options.cwd));
      await checkKey(key, keys);
      if (!keys.includes(key)) io.err(unknownNote(key, keys, io));
      const lines = killLines(key, keys);
      io.out(options.format === "json" ? JSON.stringify(lines, null, 2) : killText(lines, io.style));
      done(EXIT.done);
    });
}

/** The keys under flags/; none where that cannot be read, for at 3 a.m. the lines matter more than the check. */
async function knownKeys(folder: string): Promise<readonly string[]> {
  const { readWorkTree } = await import("../../source/load/work-tree.ts");
  const { isKey, keyOfPath } = await import("../../source/shape/key.ts");
  try {
    const paths = (await readWorkTree(folder)).map(({ path }) => path);
    return paths
      .filter((path) => !path.includes("/_") && path.endsWith(".yaml"))
      .map(keyOfPath)
      .filter(isKey);
  } catch (error) {
    if (error instanceof FlagError) return [];
    throw error;
  }
}

/** What is no key would be pasted into a shell and into SQL all the same. */
async function checkKey(key: string, keys: readonly string[]): Promise<void> {
  const { isKey } = await import("../../source/shape/key.ts");
  if (isKey(key)) return;
  throw new FlagError("USAGE", `${JSON.stringify(key)} is not a valid flag key`, {
    hint: guess(key, keys) ?? "a key consists of lower-case letters, digits, _ and -, e.g. workshop_routing",
  });
}

function unknownNote(key: string, keys: readonly string[], io: Io): string {
  const { message } = unknownFlag(key, keys);
  const meant = guess(key, keys);
  const found = keys.length === 0 ? `flags/ has no flags, so the key "${key}" was not checked` : message;
  return `${io.errStyle("yellow", "note")}  ${found}${meant === undefined ? "" : `; ${meant}`}`;
}
