import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { guess, unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { FlagError } from "../../core/errors.ts";
import { isKey } from "../../source/shape/key.ts";
import { dialectOf, findDatabase, sqliteAddress } from "../../store/address.ts";
import { envOption, formatOption, hoistCommand, printResult } from "../command.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { environmentName, flagsFolder } from "../workspace.ts";
import { killLines, type KillTarget, killText } from "./kill-text.ts";

/** Creates the command `hoist kill`. */
export function killCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist kill workshop_routing", "hoist kill workshop_routing --env production"];
  const summary = "print the commands that switch a flag off at once; does not run them";
  return hoistCommand("kill", summary, examples, io)
    .argument("<key>", "flag to switch off")
    .addOption(envOption)
    .addOption(formatOption)
    .action(async (key, options) => {
      const { flagKeys } = await import("../completion/names.ts");
      const folder = flagsFolder(io, options.cwd);
      const keys = (await flagKeys(folder)).filter(isKey);
      checkKey(key, keys);
      if (!keys.includes(key)) printNote(io, unknownNote(key, keys));
      const lines = killLines(key, keys, targetOf(io, folder, environmentName(io, options.env)));
      printResult(io, options.format, lines, () => killText(lines, io.style, io.columns));
    });
}

/**
 * Finds the database of an environment as the other commands do. An unusable address is noted only, because the other ways to
 * switch the flag off do not need it.
 *
 * @throws FlagError USAGE for an invalid name of an environment
 */
function targetOf(io: Io, folder: string, environment: string): KillTarget {
  const without = findDatabase({ environment, env: {}, folder });
  const target = { environment, databaseVariable: null, file: sqliteAddress(without.url).file, notForPsql: [] };
  try {
    const { url, source } = findDatabase({ environment, env: io.env, folder });
    if (source === without.source) return target;
    if (dialectOf(url) === "sqlite") return { ...target, databaseVariable: source, file: sqliteAddress(url).file };
    return { ...target, databaseVariable: source, file: null, notForPsql: parametersNotForPsql(url) };
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    printNote(io, error.message);
    return { ...target, file: null };
  }
}

/** Returns the parameters of an address that only the driver of this program knows. */
function parametersNotForPsql(url: string): readonly string[] {
  const names = [...new URLSearchParams(url.split("?", 2)[1] ?? "").keys()];
  return names.filter((name) => name === "uselibpqcompat");
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
