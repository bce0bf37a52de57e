import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAP = readFileSync(join(ROOT, "src/README.md"), "utf8");

/** Returns the text below a heading of the second level, up to the next. */
function section(title: string): string {
  return MAP.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
}

test("the glossary has at most 30 words, each with one sentence", () => {
  const entries = section("Glossary").split("\n- ").slice(1);
  expect(entries.length).toBeGreaterThan(20);
  expect(entries.length).toBeLessThanOrEqual(30);
  const wrong = entries.filter((entry) => !/^\*\*[a-z ]+\*\*: [A-Z](?:(?!\. )[^])*\.\s*$/.test(entry));
  expect(wrong).toEqual([]);
});

test("every path that the map names exists", () => {
  const paths = [...MAP.matchAll(/`((?:src|test|schema|scripts|flags|\.github)\/[^`\s]*)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("the map names every folder of a layer, and the subfolders of those that have any", () => {
  const folders = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${join(entry.parentPath, entry.name).slice(ROOT.length)}/`)
    .filter((folder) => folder.split("/").length <= 4 && !/^src\/(?:cli|client)\/./.test(folder));
  expect(folders.filter((folder) => !MAP.includes(`\`${folder}\``))).toEqual([]);
});

test("each everyday change names at most four files to touch, besides tests", () => {
  const rows = section("Where to change what")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| to "));
  expect(rows).toHaveLength(10);
  for (const row of rows) {
    const [, , touched = ""] = row.split("|");
    const files = touched.split(/, (?!and )/);
    expect(files.length, row).toBeLessThanOrEqual(4);
    expect(touched, row).toMatch(/`(?:src|package)[^`]*`/);
  }
});
