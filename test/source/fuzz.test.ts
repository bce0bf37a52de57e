import { expect, test } from "vitest";
import { flagOfRow } from "../../src/core/row/row-codec.ts";
import type { RawRow } from "../../src/core/row/row.ts";
import type { SourceFile } from "../../src/core/flag/source-file.ts";
import { loadFlags } from "../../src/source/load/load.ts";
import { readWorkTree } from "../../src/source/read/work-tree.ts";
import { aRow } from "../support/rows.ts";
import { checkAll } from "./check-all.ts";
import { randomFrom } from "./random.ts";

const ROUNDS = process.env["FULL"] === "1" ? 50_000 : 2_000;
const SEED = Number(process.env["SEED"] ?? 20_270_301);

const SPLINTERS = [
  ...Array.from("{}[]:,#&*!|>%@`'\"-? \n\t\r\0"),
  "<<: *a",
  "&a ",
  "!!str ",
  "---\n",
  "...\n",
  "null",
  "yes",
  "0755",
  "1e400",
  ".nan",
  "9007199254740993",
  "__proto__: { x: 1 }",
  "constructor: 1",
  "\u202E",
  "\uFEFF",
  "100%",
  "33.3333%",
  "segment: staff",
  "any: []",
  "- ",
  "? ",
  "{}",
  "[]",
  "[[[[[[[[[[[[[[[[[[[[[[",
  "true",
  "roles",
  "environments",
];

test(`mangled trees are reported or accepted, and never cause a throw (seed ${SEED}, ${ROUNDS} rounds)`, async () => {
  const files = await readWorkTree(new URL("../../", import.meta.url).pathname);
  const random = randomFrom(SEED);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const flags = files.filter(({ path }) => !path.includes("/_"));
  const shared = files.filter(({ path }) => path.includes("/_"));
  let survivors = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // A few files are enough: each round mangles one, and now and then what all of them share.
    const [victim, other] = [random() < 0.2 ? pick(shared) : pick(flags), pick(flags)];
    const tree = [...new Set([...shared, victim, other])];
    const mangled = tree.map((file) => (file === victim ? { ...file, bytes: mangle(file.bytes) } : file));
    const places = checkedPlaces(mangled);
    if (places.some(({ isInside }) => !isInside)) expect({ round, places }).toBe("places inside the files");
    survivors += storedAndReadBack(mangled);
  }

  // Rows that nobody could read would say nothing about reading them.
  expect(survivors).toBeGreaterThan(ROUNDS);

  function mangle(bytes: Uint8Array): Uint8Array {
    let text = new TextDecoder().decode(bytes);
    const strokes = 1 + Math.floor(random() * 4);
    for (let stroke = 0; stroke < strokes; stroke += 1) {
      const at = Math.floor(random() * text.length);
      const length = Math.floor(random() * 12);
      const lines = text.split("\n");
      const way = random();
      if (way < 0.25) text = text.slice(0, at) + text.slice(at + length);
      else if (way < 0.6) text = text.slice(0, at) + pick(SPLINTERS) + text.slice(at);
      else if (way < 0.75) text = text.slice(0, at) + pick(SPLINTERS) + text.slice(at + length);
      else if (way < 0.85) text = lines.toSpliced(Math.floor(random() * lines.length), 0, pick(lines)).join("\n");
      else if (way < 0.95) text = lines.toSpliced(Math.floor(random() * lines.length), 1).join("\n");
      else text = text.replaceAll("\n", "\r\n");
    }
    const out = new TextEncoder().encode(text);
    if (random() < 0.05 && out.length > 0) out[Math.floor(random() * out.length)] = Math.floor(random() * 256);
    return out;
  }
});

function checkedPlaces(files: readonly SourceFile[]): readonly { readonly code: string; readonly isInside: boolean }[] {
  const found = checkAll(files, "2026-11-21").map(({ code, line, column, length, source, message }) => {
    return { code, message, isInside: line >= 1 && column >= 1 && length >= 1 && column - 1 <= source.length };
  });
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  return found;
}

/** Every flag that was accepted, in every environment, is the same after it stood in a row of the table. */
function storedAndReadBack(files: readonly SourceFile[]): number {
  const loaded = loadFlags(files);
  const environments = [null, ...(loaded.config?.environments ?? []).map(({ name }) => name)];
  let count = 0;
  for (const environment of environments) {
    for (const flag of loaded.flagsFor(environment).values()) {
      const row = flagOfRow(JSON.parse(JSON.stringify(aRow(flag))) as RawRow);
      expect(row).toMatchObject({ ok: true, flag });
      count += 1;
    }
  }
  return count;
}

const BOMBS: readonly (readonly [string, string])[] = [
  ["aliases of aliases", `a: &a [x]\n${Array.from({ length: 40 }, (_, n) => `b${n}: [*a, *a, *a]`).join("\n")}`],
  ["250 KB of brackets", "[".repeat(250_000)],
  ["250 KB of opening braces and colons", "{a: ".repeat(60_000)],
  ["250 KB of dashes", "- ".repeat(125_000)],
  ["250 KB of question marks", "? ".repeat(125_000)],
  [
    "60,000 keys",
    Array.from({ length: 30_000 }, (_, n) => `k${n}: 1`)
      .join("\n")
      .slice(0, 260_000),
  ],
  ["one key 40,000 times", "a: 1\n".repeat(40_000)],
  [
    "40,000 attributes without a value",
    `rules: [{ if: { ${Array.from({ length: 30_000 }, (_, n) => `k${n}`).join(", ")} } }]`,
  ],
  ["20,000 numbers with a leading zero", Array.from({ length: 20_000 }, (_, n) => `k${n}: 010`).join("\n")],
  ["a list of 60,000", `a: [${"x, ".repeat(60_000)}]`],
  ["a quote of 250 KB", `a: "${"x".repeat(250_000)}`],
  ["250 KB of tags", "!!a ".repeat(60_000)],
  ["250 KB of tabs", "\t".repeat(250_000)],
  ["250 KB of comments", "#\n".repeat(125_000)],
  ["indentation that grows", Array.from({ length: 190 }, (_, n) => `${" ".repeat(n)}k:`).join("\n")],
  [
    "indentation that grows beyond the parser's stack",
    Array.from({ length: 700 }, (_, n) => `${" ".repeat(n)}k:`).join("\n"),
  ],
  ["anchors without end", "&a ".repeat(60_000)],
  ["backslashes in a quote", `a: "${"\\".repeat(200_000)}"`],
  ["a folded text of 120,000 lines", `a: >\n${" x\n".repeat(80_000)}`],
];

test.each(BOMBS)("%s is refused or read within the time limit of the test", async (_, text) => {
  const files = await readWorkTree(new URL("../../", import.meta.url).pathname);
  const bytes = new TextEncoder().encode(text);
  const config = files.filter(({ path }) => path === "flags/_config.yaml");
  const found = checkAll([...config, { path: "flags/example.yaml", kind: "file", bytes }]);
  expect(found.length).toBeGreaterThan(0);
});
