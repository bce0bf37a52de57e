import { OVERRIDE_READERS } from "../../client/override/override-readers.ts";
import { FlagError } from "../../core/errors.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import {
  type LocatedSource,
  locatedSources,
  type OverrideText,
  parseOverrides,
  type ParsedOverrides,
} from "../../core/override/override.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { loadFlags } from "../../source/load/load.ts";
import type { Io } from "../terminal/io.ts";

/** Reads the overrides of the environment and of all other sources, as a process started here would read them. */
export async function parsedOverrides(io: Io): Promise<ParsedOverrides> {
  const texts = await Promise.all(locatedSources(io.env).map(textOf));
  return parseOverrides(io.env, texts.flat());
}

/** Returns an empty list for a missing source, which means no overrides to a running process, too. */
async function textOf({ origin, control, path }: LocatedSource): Promise<readonly OverrideText[]> {
  const found = await OVERRIDE_READERS[origin](path, false);
  if (!("reason" in found)) return found.text === undefined ? [] : [{ origin, path, text: found.text }];
  throw new FlagError("USAGE", `${control}: ${path} cannot be read`, { cause: found.cause });
}

/** Applies these overrides to the flags under `flags/`. */
export async function shellOverrides(io: Io, folder: string): Promise<ResolvedOverrides> {
  const loaded = loadFlags(await readWorkTree(folder));
  return overridesOf({ overrides: await parsedOverrides(io) }, loaded.flagsFor(null), new Set());
}
