import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCli } from "../../../scripts/build/cli.ts";
import { aScript } from "../repository.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Puts `hoist` into a folder, as the package has it: in one file, which starts in a third of the time. */
export async function buildHoist(folder: string): Promise<void> {
  await buildCli(ROOT, folder);
  // What the bundle reads by its place: SQL, schemas, packages that it leaves outside.
  for (const name of ["src/store", "schema", "node_modules"]) symlinkSync(join(ROOT, name), join(folder, name));
  aScript(folder, "hoist", `exec '${process.execPath}' '${join(folder, "cli/bin.js")}' "$@"`);
}
