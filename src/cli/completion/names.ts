import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../../files/read-file.ts";
import { MAX_FILE_BYTES } from "../../source/load/source-text.ts";
import { keyOfPath } from "../../source/shape/key.ts";
import { CONFIG_PATH, isFlagPath } from "../../source/shape/paths.ts";
import type { NameKind } from "./completions.ts";

/** Returns all names of one kind, sorted. Never rejects: files that cannot be read contribute no names. */
export async function namesOf(kind: NameKind, folder: string): Promise<readonly string[]> {
  if (kind === "files") return [];
  if (kind === "flags") return flagKeys(folder);
  const names = await declared(folder, kind);
  return kind === "attributes" ? names.map((name) => `${name}=`) : names;
}

/** Returns the keys of all flags from the names of their files; opens none. Never rejects. */
export async function flagKeys(folder: string): Promise<readonly string[]> {
  const flags = join(folder, "flags");
  const entries = await readdir(flags, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"));
  const paths = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(flags.length + 1)
      .replaceAll("\\", "/"),
  );
  return paths.filter(isFlagPath).map(keyOfPath).sort();
}

/** Returns the keys of one mapping in `flags/_config.yaml`, which may have errors elsewhere. */
async function declared(folder: string, member: "environments" | "owners" | "attributes"): Promise<readonly string[]> {
  const found = await readRegularFile(join(folder, CONFIG_PATH), { maxBytes: MAX_FILE_BYTES });
  if (found.kind !== "read") return [];
  const { parseFile } = await import("../../source/load/yaml-profile.ts");
  const { tree } = parseFile({ path: CONFIG_PATH, kind: "file", bytes: found.bytes });
  const mapping = tree?.kind === "map" ? tree.entries.get(member)?.value : undefined;
  return mapping?.kind === "map" ? [...mapping.entries.keys()].sort() : [];
}
