import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { keyOfPath } from "../../source/shape/key.ts";
import type { NameKind } from "./wanted.ts";

/** Names of one kind, sorted. Never rejects: a key press must not end in an error, so what cannot be read is empty. */
export async function namesOf(kind: NameKind, folder: string): Promise<readonly string[]> {
  switch (kind) {
    case "files":
      return [];
    case "flags":
      return flagKeys(join(folder, "flags"));
    case "environments":
    case "owners":
      return declared(folder, kind);
    case "attributes":
      return (await declared(folder, "attributes")).map((name) => `${name}=`);
  }
}

/** A flag's key is its file's name: nothing is opened. */
async function flagKeys(flags: string): Promise<readonly string[]> {
  const entries = await readdir(flags, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"));
  const paths = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(flags.length + 1)
      .replaceAll("\\", "/"),
  );
  return paths
    .filter((path) => !path.split("/").some((part) => part.startsWith("_")))
    .map(keyOfPath)
    .sort();
}

/** The keys of one mapping of `flags/_config.yaml`, read without checking it. */
async function declared(folder: string, member: "environments" | "owners" | "attributes"): Promise<readonly string[]> {
  const path = "flags/_config.yaml";
  const bytes = await readFile(join(folder, path)).catch(() => undefined);
  if (bytes === undefined) return [];
  const { parseFile } = await import("../../source/load/yaml-profile.ts");
  const { tree } = parseFile({ path, kind: "file", bytes });
  const mapping = tree?.kind === "map" ? tree.entries.get(member)?.value : undefined;
  return mapping?.kind === "map" ? [...mapping.entries.keys()].sort() : [];
}
