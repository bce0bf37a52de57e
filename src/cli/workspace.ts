import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Io } from "./terminal/io.ts";

/** The folder that holds `flags/`: the nearest one upward from where the command runs; that folder itself if there is none. */
export function flagsFolder(io: Io, option: string | undefined): string {
  const start = resolve(io.cwd, option ?? ".");
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "flags"))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** `--env`, else FLAGS_ENV, else development. */
export function environmentName(io: Io, option: string | undefined): string {
  return option ?? (io.env["FLAGS_ENV"] || "development");
}
