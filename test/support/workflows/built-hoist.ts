import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCli } from "../../../scripts/build/cli.ts";
import { aScript } from "../repository.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Puts the bundled `hoist` of the package into a folder. */
export async function buildHoist(folder: string): Promise<void> {
  await buildCli(ROOT, folder);
  mkdirSync(join(folder, "src"), { recursive: true });
  // The bundle reads SQL, schemas and packages relative to itself.
  for (const name of ["src/store", "schema", "node_modules"]) symlinkSync(join(ROOT, name), join(folder, name));
  aScript(folder, "hoist", `exec '${process.execPath}' '${join(folder, "cli/bin.js")}' "$@"`);
}
