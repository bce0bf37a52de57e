import { readFile, writeFile } from "node:fs/promises";
import { schemaTexts } from "../src/source/schema-text.ts";

// Writes schema/*.schema.json; with --check it only compares, and exits 1 when one is stale.
const isCheck = process.argv.includes("--check");
const folder = new URL("../schema/", import.meta.url);
const stale: string[] = [];
for (const [name, text] of schemaTexts()) {
  const file = new URL(name, folder);
  const found = await readFile(file, "utf8").catch(() => undefined);
  if (found === text) continue;
  stale.push(`schema/${name}`);
  if (!isCheck) await writeFile(file, text);
}
if (stale.length === 0) console.log("schema/ is up to date");
else if (isCheck) {
  console.error(`${stale.join(", ")}: not what src/source says; run npm run generate`);
  process.exitCode = 1;
} else console.log(`written: ${stale.join(", ")}`);
