import { setTimeout as delay } from "node:timers/promises";
import { OVERRIDE_READERS, type Reading } from "../../client/override/override-readers.ts";
import { FlagError } from "../../core/errors.ts";
import { overridesOf, type ResolvedOverrides } from "../../core/override/override-resolve.ts";
import {
  type LocatedSource,
  locatedSources,
  type OverrideProblem,
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

/** Applies these overrides to the flags under `flags/`. Without flags, each setting is a problem: its name cannot be checked. */
export async function shellOverrides(io: Io, folder: string): Promise<ResolvedOverrides> {
  const flags = loadFlags(await readWorkTree(folder)).flagsFor(null);
  const overrides = await parsedOverrides(io);
  const resolved = overridesOf({ overrides }, flags, new Set());
  if (flags.size > 0) return resolved;
  return { ...resolved, problems: [...resolved.problems, ...uncheckedProblems(overrides, folder)] };
}

/** The severities are those of names that match no flag. */
function uncheckedProblems({ settings, kills }: ParsedOverrides, folder: string): readonly OverrideProblem[] {
  const reason = `is set, but its name cannot be checked: ${folder} has no flags; run the command in the folder that contains flags/, or with --cwd`;
  return [
    ...settings.map(({ variable, origin }): OverrideProblem => {
      return { code: "override-unknown", severity: "warning", variable, origin, message: `${variable} ${reason}` };
    }),
    ...kills.flatMap(({ patterns, origin }) =>
      patterns.map(({ text, spares }): OverrideProblem => {
        const severity = spares ? "warning" : "error";
        const message = `FLAGS_KILL=${text} ${reason}`;
        return { code: "kill-no-match", severity, variable: "FLAGS_KILL", origin, message };
      }),
    ),
  ];
}
