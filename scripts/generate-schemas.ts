import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { schemaFiles } from "../src/cli/generate/generated-files.ts";
import { loadFlags } from "../src/source/load/load.ts";
import { schemaTexts } from "../src/source/shape/schema-text.ts";
import { readWorkTree } from "../src/source/read/work-tree.ts";
import { MIGRATION_LIST, migrationListText } from "./build/migration-list.ts";

// Writes schema/*.schema.json, which is published, flags/_schema/, which the editor checks the examples with, and the list of
// migrations; with --check it only compares, and exits 1 when one is stale.
const isCheck = process.argv.includes("--check");
const root = new URL("../", import.meta.url);
const published = Array.from(schemaTexts(), ([name, text]) => ({ path: `schema/${name}`, text }));
const own = schemaFiles(loadFlags(await readWorkTree(fileURLToPath(root))));
const migrations = { path: MIGRATION_LIST, text: migrationListText(fileURLToPath(root)) };
const stale: string[] = [];
for (const { path, text } of [...published, ...own, migrations]) {
  const file = new URL(path, root);
  const found = await readFile(file, "utf8").catch(() => undefined);
  if (found === text) continue;
  stale.push(path);
  if (isCheck) continue;
  await mkdir(new URL("./", file), { recursive: true });
  await writeFile(file, text);
}
if (stale.length === 0) console.log("schema/, flags/_schema/ and the list of migrations are up to date");
else if (isCheck) {
  console.error(`${stale.join(", ")}: out of date; run npm run generate`);
  process.exitCode = 1;
} else console.log(`written: ${stale.join(", ")}`);
