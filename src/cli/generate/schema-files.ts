import type { LoadedFlags } from "../../source/load/load.ts";
import { repositorySchema } from "../../source/shape/repository-schema.ts";
import { type TextFile, writeStale } from "./text-files.ts";

type Loaded = Pick<LoadedFlags, "words" | "segments">;

/** What `flags/_schema/` is to hold, for flags as they were loaded; also where some of them have errors. */
export function schemaFiles(loaded: Loaded): readonly TextFile[] {
  return Object.entries(repositorySchema(loaded)).map(([kind, schema]) => {
    return { path: `flags/_schema/${kind}.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` };
  });
}

/**
 * Brings `flags/_schema/` up to date, and writes only what changed. Commands that write flag files call it when they are
 * done, so that the editor knows the new segment, owner or variant.
 *
 * @param folder  the one that holds `flags/`
 * @returns the paths that were written
 */
export async function writeSchemas(folder: string, loaded: Loaded): Promise<readonly string[]> {
  return writeStale(folder, schemaFiles(loaded));
}
