import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedFlags } from "../source/load.ts";
import { repositorySchema } from "../source/repository-schema.ts";

/** One file of `flags/_schema/`. */
export interface SchemaFile {
  /** Relative to the folder that holds `flags/`. */
  readonly path: string;
  readonly text: string;
}

/** What `flags/_schema/` is to hold, for flags as they were loaded; also where some of them have errors. */
export function schemaFiles(loaded: Pick<LoadedFlags, "words" | "segments">): readonly SchemaFile[] {
  return Object.entries(repositorySchema(loaded)).map(([kind, schema]) => {
    return { path: `flags/_schema/${kind}.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` };
  });
}

/** Those of the files that say something else, or are not there. Line endings do not count: git may have changed them. */
export async function staleFiles(folder: string, files: readonly SchemaFile[]): Promise<readonly SchemaFile[]> {
  const found = await Promise.all(files.map(({ path }) => readFile(join(folder, path), "utf8").catch(missing)));
  return files.filter(({ text }, index) => found[index]?.replaceAll("\r\n", "\n") !== text);
}

/**
 * Brings `flags/_schema/` up to date, and writes only what changed. Commands that write flag files call it when they are
 * done, so that the editor knows the new segment, owner or variant.
 *
 * @returns the paths that were written
 */
export async function writeSchemas(
  folder: string,
  loaded: Pick<LoadedFlags, "words" | "segments">,
): Promise<readonly string[]> {
  const stale = await staleFiles(folder, schemaFiles(loaded));
  if (stale.length > 0) await mkdir(join(folder, "flags/_schema"), { recursive: true });
  for (const { path, text } of stale) await writeFile(join(folder, path), text);
  return stale.map(({ path }) => path);
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
