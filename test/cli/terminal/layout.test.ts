import { expect, test } from "vitest";
import { fittedTable } from "../../../src/cli/terminal/layout.ts";

const TITLES = ["flag", "git", "table", ""];
const ROWS = [
  ["voice_logging", "on", "off by hand", "deploy@ops, 3 h ago"],
  ["new", "–", "", ""],
];
const TABLE = `flag           git  table
voice_logging  on   off by hand  deploy@ops, 3 h ago
new            –`;

test("a table that fits, or does not go to a terminal, has one line per row", () => {
  expect(fittedTable(TITLES, ROWS, 52)).toBe(TABLE);
  expect(fittedTable(TITLES, ROWS, undefined)).toBe(TABLE);
});

test("in a narrow terminal each row becomes a block without its empty cells", () => {
  expect(fittedTable(TITLES, ROWS, 40)).toBe(`voice_logging
  git    on
  table  off by hand
         deploy@ops, 3 h ago
new`);
});

test("colours do not count as width", () => {
  const titles = TITLES.map((title) => `\u001B[2m${title}\u001B[22m`);
  expect(fittedTable(titles, ROWS, 52).split("\n")).toHaveLength(3);
});
