import { setTimeout as delay } from "node:timers/promises";
import { OVERRIDE_READERS, type Reading } from "../../client/override/override-readers.ts";
import { FlagError } from "../../core/errors.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import {
  type LocatedSource,
  locatedSources,
  type OverrideText,
  type ParsedOverrides,
} from "../../core/override/override.ts";
import { parseOverrides } from "../../core/override/parse-overrides.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { loadFlags } from "../../source/load/load.ts";
import type { Io } from "../terminal/io.ts";

/** How long a command waits for the source of overrides, which may be on a mount that hangs. */
const READ_MS = 5000;

/** Reads the overrides of the environment and of all other sources, as a process started here would read them. */
export async function parsedOverrides(io: Io): Promise<ParsedOverrides> {
  const texts = await Promise.all(locatedSources(io.env).map(textOf));
  return parseOverrides(io.env, texts.flat());
}

/** Returns an empty list for a missing source, which means no overrides to a running process, too. */
async function textOf({ origin, control, path }: LocatedSource): Promise<readonly OverrideText[]> {
  const found = await Promise.race([OVERRIDE_READERS[origin](path), noAnswer()]);
  if (!("reason" in found)) return found.text === undefined ? [] : [{ origin, path, ...found, text: found.text }];
  throw new FlagError("USAGE", `${control}: ${path} cannot be read: ${found.reason}`, { cause: found.cause });
}

async function noAnswer(): Promise<Reading> {
  await delay(READ_MS, undefined, { ref: false });
  return { reason: `no answer for ${READ_MS / 1000} s` };
}

/** Applies these overrides to the flags under `flags/`. */
export async function shellOverrides(io: Io, folder: string): Promise<ResolvedOverrides> {
  const loaded = loadFlags(await readWorkTree(folder));
  return overridesOf({ overrides: await parsedOverrides(io) }, loaded.flagsFor(null), new Set());
}
