import { expect, test } from "vitest";
import { fittedTable } from "../../../src/cli/terminal/table.ts";

const TITLES = ["flag", "git", "table", ""];
const ROWS = [
  ["voice_logging", "on", "off by hand", "deploy@ops, 3 h ago"],
  ["new", "–", "", ""],
];
const TABLE = `flag           git  table
voice_logging  on   off by hand  deploy@ops, 3 h ago
new            –`;

test("a table that fits, and one that goes to no terminal, has a line for each row", () => {
  expect(fittedTable(TITLES, ROWS, 52)).toBe(TABLE);
  expect(fittedTable(TITLES, ROWS, undefined)).toBe(TABLE);
});

test("in a terminal that is too narrow each row goes over several lines, without cells that say nothing", () => {
  expect(fittedTable(TITLES, ROWS, 40)).toBe(`voice_logging
  git    on
  table  off by hand
         deploy@ops, 3 h ago
new`);
});

test("colours take no room", () => {
  const titles = TITLES.map((title) => `\u001B[2m${title}\u001B[22m`);
  expect(fittedTable(titles, ROWS, 52).split("\n")).toHaveLength(3);
});
