import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { repositorySchema } from "../../source/shape/repository-schema.ts";
import { definitionsText, GENERATED } from "./definitions-text.ts";
import { serverText } from "./server-text.ts";
import { textOf, writeStale, type TextFile } from "./text-files.ts";

/** Returns the two typed modules of an application. The flags must have no errors. */
export function moduleFiles({ flagsFor, config }: Pick<LoadedFlags, "flagsFor" | "config">): readonly TextFile[] {
  const generated = { flags: [...flagsFor(null).values()], attributes: config?.attributes ?? new Map() };
  return [
    { path: "definitions.ts", text: definitionsText(generated) },
    { path: "server.ts", text: serverText(generated) },
  ];
}

/** Checks that `hoist generate` would not overwrite a file that it did not write. @throws FlagError USAGE */
export async function checkOverwrites(folder: string, files: readonly TextFile[]): Promise<void> {
  for (const { path } of files) {
    const text = await textOf(join(folder, path));
    if (text === undefined || text.startsWith(GENERATED)) continue;
    throw new FlagError("USAGE", `${join(folder, path)} was not written by hoist generate, so it was not replaced`, {
      hint: "choose another folder with --out, or move the file",
    });
  }
}

type SchemaSource = Pick<LoadedFlags, "words" | "segments">;

/** Returns the files of `flags/_schema/`. Flags that have errors contribute the names that can be read. */
export function schemaFiles(loaded: SchemaSource): readonly TextFile[] {
  return Object.entries(repositorySchema(loaded)).map(([kind, schema]) => {
    return { path: `flags/_schema/${kind}.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` };
  });
}

/**
 * Brings `flags/_schema/` up to date and returns the paths that were written. Commands that write flag files call this, so that
 * the editor knows the new segment, owner or variant.
 *
 * @param folder  the folder that holds `flags/`
 */
export async function writeSchemas(folder: string, loaded: SchemaSource): Promise<readonly string[]> {
  return writeStale(folder, schemaFiles(loaded));
}
