import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { FlagError } from "../core/errors.ts";
import type { Io } from "./terminal/io.ts";

/** Returns the folder that holds `flags/`: the start folder or the nearest one above it; the start folder if there is none. */
export function flagsFolder(io: Io, option: string | undefined): string {
  const start = resolve(io.cwd, option ?? ".");
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "flags"))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** Returns the environment from `--env` or FLAGS_ENV; development by default. */
export function environmentName(io: Io, option: string | undefined): string {
  return option ?? (io.env["FLAGS_ENV"] || "development");
}

/** Returns an error of the files as the reason why a command cannot go on. */
export function invalidFlags({ file, line, column, message }: Diagnostic): FlagError {
  return new FlagError("INVALID_FLAGS", `${file}:${line}:${column}  ${message}`, {
    hint: "hoist validate shows all errors",
  });
}
