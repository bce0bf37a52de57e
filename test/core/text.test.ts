import { expect, test } from "vitest";
import { andText, articleOf, countText, counted, orText, shellWord } from "../../src/core/text.ts";

test("thousands are separated by commas", () => {
  expect([0, 999, 1000, 1234567].map(countText)).toEqual(["0", "999", "1,000", "1,234,567"]);
});

test("a noun takes an s unless there is exactly one", () => {
  expect([0, 1, 2].map((count) => counted(count, "rule"))).toEqual(["0 rules", "1 rule", "2 rules"]);
});

test.each([
  [[], "", ""],
  [["a"], "a", "a"],
  [["a", "b"], "a and b", "a or b"],
  [["a", "b", "c"], "a, b and c", "a, b or c"],
])("%j is listed as %j and as %j", (words, and, or) => {
  expect([andText(words), orText(words)]).toEqual([and, or]);
});

test("a word takes an if it begins with a vowel other than u", () => {
  expect(["object", "appVersion", "userId", "string"].map(articleOf)).toEqual(["an", "an", "a", "a"]);
});

test("a list that is longer than its maximum ends with a count of the rest", () => {
  expect(andText(["a", "b", "c"], 3)).toBe("a, b and c");
  expect(andText(["a", "b", "c", "d"], 3)).toBe("a, b and 2 more");
});

test.each([
  ["--env=prod", "--env=prod"],
  ["flags/a.yaml", "flags/a.yaml"],
  ["two words", "'two words'"],
  ["it's", String.raw`'it'\''s'`],
  ["$HOME", "'$HOME'"],
  ["", "''"],
])("%j is quoted for a shell as %j", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
