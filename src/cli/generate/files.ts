import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { type TextFile, textOf } from "./text-files.ts";
import { definitionsText, GENERATED } from "./definitions-text.ts";
import { serverText } from "./server-text.ts";

/** The two modules of an application, for flags without errors. */
export function generatedFiles({ flagsFor, config }: Pick<LoadedFlags, "flagsFor" | "config">): readonly TextFile[] {
  const generated = { flags: [...flagsFor(null).values()], attributes: config?.attributes ?? new Map() };
  return [
    { path: "definitions.ts", text: definitionsText(generated) },
    { path: "server.ts", text: serverText(generated) },
  ];
}

/** @throws FlagError USAGE when one of the files is there and somebody wrote it by hand */
export async function checkOwn(folder: string, files: readonly TextFile[]): Promise<void> {
  for (const { path } of files) {
    const text = await textOf(join(folder, path));
    if (text === undefined || text.startsWith(GENERATED)) continue;
    throw new FlagError("USAGE", `${join(folder, path)} was not written by hoist generate, and is left as it is`, {
      hint: "choose another folder with --out, or move the file",
    });
  }
}
