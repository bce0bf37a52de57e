import { expect, test } from "vitest";
import { treeJson } from "../../src/source/load/tree.ts";
import { parseFile } from "../../src/source/load/yaml-profile.ts";
import { sourceFile } from "./check-all.ts";

// What looks odd and is fine: each means the same for every tool that reads YAML.
const LAYOUTS: readonly (readonly [string, string, unknown])[] = [
  ["CRLF line endings", "a: 1\r\nb:\r\n  - x\r\n", { a: 1, b: ["x"] }],
  ["no line ending at the end", "a: 1", { a: 1 }],
  ["a mark before and after the document", "---\na: 1\n...\n", { a: 1 }],
  ["comments everywhere", "# one\na: # two\n  # three\n  b: 1 # four\n", { a: { b: 1 } }],
  ["flow over several lines", "a: {\n  b: [1,\n    2],\n}\n", { a: { b: [1, 2] } }],
  ["quoted keys", "\"a\": 1\n'b': 2\n", { a: 1, b: 2 }],
  ["a folded and a literal text", "a: >\n  one\n  two\nb: |\n  one\n  two\n", { a: "one two\n", b: "one\ntwo\n" }],
  ["a text over two lines", "a: one\n  two\n", { a: "one two" }],
  ["a list that is not indented", "a:\n- 1\n- 2\n", { a: [1, 2] }],
  [
    "days, shares, versions and postal codes unquoted",
    "a: 2027-03-01\nb: 25%\nc: 5.5.1\nd: M5V\n",
    { a: "2027-03-01", b: "25%", c: "5.5.1", d: "M5V" },
  ],
  [
    "quoted words and numbers",
    "a: \"yes\"\nb: 'no'\nc: \"0755\"\nd: '8421999999999995999'\n",
    { a: "yes", b: "no", c: "0755", d: "8421999999999995999" },
  ],
  ["letters of every script, and emoji", "a: Größe 数 🙂\n", { a: "Größe 数 🙂" }],
  ["true and false as keys of a split", "split: { true: 10%, false: 90% }\n", { split: { true: "10%", false: "90%" } }],
  ["negative numbers and zero", "a: -1\nb: 0\nc: -0.5\n", { a: -1, b: 0, c: -0.5 }],
  ["depth 20", `a: ${"[".repeat(19)}1${"]".repeat(19)}\n`, { a: JSON.parse(`${"[".repeat(19)}1${"]".repeat(19)}`) }],
  ["an empty list and an empty mapping", "a: []\nb: {}\n", { a: [], b: {} }],
  [
    "signs that only look special inside a text",
    "a: x > y & z * w | v ! u % t @ s\n",
    { a: "x > y & z * w | v ! u % t @ s" },
  ],
];

test.each(LAYOUTS)("%s is accepted", (_, text, json) => {
  const parsed = parseFile(sourceFile("flags/example.yaml", text));
  expect(parsed.problems).toEqual([]);
  expect(parsed.tree && treeJson(parsed.tree)).toEqual(json);
});
