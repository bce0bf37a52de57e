import { readFileSync } from "node:fs";
import { FlagError } from "../../core/errors.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import { parseOverrides, type ParsedOverrides } from "../../core/override/override.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { loadFlags } from "../../source/load/load.ts";
import type { Io } from "../terminal/io.ts";

/** Reads the overrides of the environment and of the override file, as a process started here would read them. */
export function parsedOverrides(io: Io): ParsedOverrides {
  const path = io.env["FLAGS_OVERRIDE_FILE"];
  if (path === undefined || path === "") return parseOverrides(io.env);
  const text = textOf(path);
  return parseOverrides(io.env, text === undefined ? [] : [{ origin: "file", path, text }]);
}

/** Returns undefined for a missing file: to a running process, too, that means no overrides. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new FlagError("USAGE", `FLAGS_OVERRIDE_FILE: ${path} cannot be read`, { cause: error });
  }
}

/** Applies these overrides to the flags under `flags/`. */
export async function shellOverrides(io: Io, folder: string): Promise<ResolvedOverrides> {
  const loaded = loadFlags(await readWorkTree(folder));
  return overridesOf({ overrides: parsedOverrides(io) }, loaded.flagsFor(null), new Set());
}
