import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clipped, code, fenced, prose } from "../../../src/github/report/escape.ts";
import { actsIn, type Node, nodesOf, parseMarkdown, readText } from "../../support/markdown.ts";
import { asRead, NASTY, nastyName } from "../../support/nasty.ts";

const SIZE = process.env["FULL"] === "1" ? 100_000 : 10_000;
const SEED = Number(process.env["SEED"] ?? 20_261_104);
const BATCH = 100;

const NAMES = [...NASTY.filter((text) => asRead(text) !== ""), ...fc.sample(nastyName, { numRuns: SIZE, seed: SEED })];
/** All that are nasty by themselves, and every so many of the others. */
const some = (every: number, from: number) =>
  NAMES.filter((_, index) => index < NASTY.length || index % every === from);

/** Each text in a place of its own of documents of many, which are read again: the places hold the texts, and nothing acts. */
function readBack(
  names: readonly string[],
  write: (texts: readonly string[]) => string,
  placesIn: (tree: Node) => readonly Node[],
): void {
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const tree = parseMarkdown(write(batch));
    const place = `seed ${SEED}, from name ${start}`;
    expect(actsIn(tree), place).toEqual([]);
    expect(
      placesIn(tree).map((node) => readText(node).replaceAll("\u00A0", " ")),
      place,
    ).toEqual(batch.map(asRead));
  }
}

const ofType = (wanted: Node["type"]) => (tree: Node) => nodesOf(tree).filter(({ type }) => type === wanted);

describe(`${NAMES.length} names, most of them hostile, are shown literally and have no effect`, () => {
  const escapes = [
    ["prose", prose],
    ["code", code],
  ] as const;

  test.each(escapes)("as %s in a table", (_name, escape) => {
    const table = (names: readonly string[]) =>
      ["||", "|---|", ...names.map((name) => `| ${escape(name)} |`)].join("\n");
    readBack(NAMES, table, (tree) => ofType("tableRow")(tree).slice(1));
  });

  test.each(escapes)("as %s in a list", (_name, escape) => {
    readBack(some(3, 1), (names) => names.map((name) => `- ${escape(name)}`).join("\n"), ofType("listItem"));
  });

  test.each(escapes)("as %s at the beginning of a line", (_name, escape) => {
    readBack(some(3, 2), (names) => names.map((name) => escape(name)).join("\n\n"), ofType("paragraph"));
  });

  test("as lines to copy", () => {
    for (const name of some(10, 0)) {
      const nodes = nodesOf(parseMarkdown(`before\n\n${fenced(["one: 1", name], "yaml")}\n\nafter`));
      expect(nodes.map(({ type }) => type)).toEqual(["root", "paragraph", "text", "code", "paragraph", "text"]);
      const [block] = nodes.filter((node) => node.type === "code");
      expect(block?.value, `seed ${SEED}`).toBe(`one: 1\n${asRead(name)}`);
    }
  });
});

test.each([
  ["@dana, see #12", "@<!-- -->dana, see #<!-- -->12"],
  ["https://example.com", "https:<!-- -->//example.com"],
  ["fixed in 4be12f0a", "fixed in 4be12f<!-- -->0a"],
  ["50 % of everyone", "50\u00A0% of everyone"],
  ["a_b *c*", "a\\_b \\*c\\*"],
  ["costs $5", "costs <span>$</span>5"],
  ["2. February", "2\\. February"],
  ["5.5 or newer", "5.5 or newer"],
  ["people in M5V → M5G", "people in M5V → M5G"],
])("%s is written %s", (text, written) => {
  expect(prose(text)).toBe(written);
});

test("a key is a code span with a fence that the key does not contain", () => {
  expect([code("new_checkout"), code("a`b"), code("`a`")]).toEqual(["`new_checkout`", "``a`b``", "`` `a` ``"]);
});

test("a key of more grave accents than parsers follow is escaped, not fenced", () => {
  expect(code("`".repeat(90))).toBe("\\`".repeat(90));
});

test("a text is cut between characters, never within one", () => {
  expect([clipped("abcdef", 6), clipped("abcdef", 5), clipped("😀😀😀", 3), clipped("😀😀😀", 2)]).toEqual([
    "abcdef",
    "abcd…",
    "😀😀😀",
    "😀…",
  ]);
});
