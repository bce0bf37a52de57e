import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { unknownEnvironmentError } from "../core/diagnostic/unknown-name.ts";
import { FlagError } from "../core/errors.ts";
import { variableIn } from "../core/variable.ts";
import { existsAt } from "../files/entry.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import { CONFIG_PATH } from "../source/shape/paths.ts";
import type { Io } from "./terminal/io.ts";

/** Returns the folder that contains `flags/`: the start folder or the nearest one above it; the start folder if there is none. */
export function flagsFolder(io: Io, option: string | undefined): string {
  const start = resolve(io.cwd, option ?? ".");
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsAt(join(folder, "flags"))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** Returns the environment from `--env` or FLAGS_ENV; development by default. */
export function environmentName(io: Io, option: string | undefined): string {
  return option ?? (variableIn(io.env, "FLAGS_ENV") || "development");
}

/** Loads only `flags/_config.yaml`, so that errors in other files do not matter. */
export async function readConfig(folder: string): Promise<LoadedFlags> {
  const { readWorkTree } = await import("../source/read/work-tree.ts");
  const { loadFlags } = await import("../source/load/load.ts");
  const files = await readWorkTree(folder);
  return loadFlags(files.filter(({ path }) => path === CONFIG_PATH));
}

/**
 * Returns the environment that `--env` names, or all that are declared. Without a readable configuration, any name is accepted.
 *
 * @throws FlagError UNKNOWN_ENVIRONMENT
 */
export function selectedEnvironments({ config }: LoadedFlags, only: string | undefined): readonly string[] {
  const names = config?.environments.map(({ name }) => name) ?? [];
  if (only === undefined) return names;
  if (config === null || names.includes(only)) return [only];
  throw unknownEnvironmentError(only, names);
}

/** Converts an error in a file to the error that ends a command. */
export function invalidFlags({ file, line, column, message }: Diagnostic): FlagError {
  return new FlagError("INVALID_FLAGS", `${file}:${line}:${column}  ${message}`, {
    hint: "hoist validate shows all errors",
  });
}
