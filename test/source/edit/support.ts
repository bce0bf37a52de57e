import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { SourceFile } from "../../../src/core/flag/source-file.ts";
import { flagTree, type FlagTree } from "../../../src/source/edit/flag-tree.ts";
import { FlagError } from "../../../src/core/errors.ts";
import type { Edited } from "../../../src/source/edit/edit-result.ts";
import { lineDiff } from "../../../src/cli/terminal/line-diff.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export const CONFIG = `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes:
  userId: { type: string }
  userRole: { type: string }
  sessionId: { type: string }
  workshopId: { type: string }
owners: { team-a: "@acme/a", team-b: "@acme/b" }
policies: { maxStep: 25% }
`;

export function sourceFile(path: string, text: string): SourceFile {
  return { path, kind: "file", bytes: new TextEncoder().encode(text) };
}

/** The example organisation's flags. */
export function exampleFiles(): readonly SourceFile[] {
  const names = readdirSync(join(ROOT, "flags"), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => sourceFile(`flags/${name.replaceAll("\\", "/")}`, readFileSync(join(ROOT, "flags", name), "utf8")))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A tree of these flags by key, over {@link CONFIG} and one segment. */
export function treeOf(flags: Readonly<Record<string, string>>): FlagTree {
  const files = Object.entries(flags).map(([key, text]) => sourceFile(`flags/${key}.yaml`, text));
  const segment = sourceFile("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: admin }\n");
  const tree = flagTree([sourceFile("flags/_config.yaml", CONFIG), segment, ...files]);
  expect(tree.loaded.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return tree;
}

/** The edit, or the error with which it is refused. Other errors are thrown. */
export function attempted(edit: () => Edited): Edited | FlagError {
  try {
    return edit();
  } catch (error) {
    if (error instanceof FlagError) return error;
    throw error;
  }
}

export function refusalOf(edit: () => Edited): FlagError {
  const result = attempted(edit);
  if (result instanceof FlagError) return result;
  throw new Error(`expected a refusal, found ${JSON.stringify(result.edits)}`);
}

/** The changed lines of the only file that an edit touches: `- old`, `+ new`. */
export function changedLines({ edits }: Edited): readonly string[] {
  expect(edits.length).toBeLessThanOrEqual(1);
  return edits.flatMap(({ before, after }) => lineDiff(before, after).map(({ sign, text }) => `${sign} ${text}`));
}

/** What every flag means in every environment, and without one. */
export function meanings(loaded: FlagTree["loaded"]): ReadonlyMap<string, string> {
  const environments = [null, ...(loaded.config?.environments.map(({ name }) => name) ?? [])];
  return new Map(
    environments.flatMap((name) =>
      [...loaded.flagsFor(name)].map(([key, flag]): [string, string] => [
        `${name ?? "base"} ${key}`,
        JSON.stringify(flag),
      ]),
    ),
  );
}

/** Flags and environments whose meaning an edit changed, e.g. `production workshop_routing`. */
export function changedMeanings({ before, after }: Edited): readonly string[] {
  const [was, is] = [meanings(before), meanings(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((place) => was.get(place) !== is.get(place)).sort();
}
