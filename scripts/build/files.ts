import { readdirSync } from "node:fs";
import { join } from "node:path";

/** All files below a folder, with the folder's own path before them, sorted. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
