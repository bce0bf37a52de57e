import { describe, expect, test } from "vitest";
import { COMMENT_LIMIT, reportMarkdown, SUMMARY_LIMIT } from "../../../src/github/report/markdown.ts";
import { bytesOf } from "../../../src/github/report/shorten.ts";
import type { ChangeReport, FlagReport } from "../../../src/impact/report.ts";
import { actsIn, cellsOf, parseMarkdown } from "../../support/markdown.ts";
import { aFlagReport, aJump, anEnvironment, aReport, EXACTLY_NOBODY } from "../../support/report.ts";

/** So many flags that change in production, every third of them for nobody, each with all there is to tell. */
function manyFlags(count: number, wanted: Partial<FlagReport> = {}, text = ""): ChangeReport {
  const flags = Array.from({ length: count }, (_, index) => {
    const key = `flag_${index}${text}`;
    return aFlagReport({
      key,
      needs: [aJump(key)],
      warnings: [{ code: "ahead", text: `ahead of staging${text}` }],
      ...(index % 3 === 2 ? { kind: "no-op", flips: EXACTLY_NOBODY, needs: [aJump(key, true)] } : {}),
      ...wanted,
    });
  });
  return aReport({ environments: [anEnvironment({ environment: "production", flags })] });
}

/** Longer ones take the parser seconds. */
const LONGEST_PARSED = 6_000;

/** Every row has all its cells, every block an end, and nothing stands outside of what was meant. */
function expectWhole(text: string, limit: number): void {
  expect(bytesOf(text)).toBeLessThanOrEqual(limit);
  if (text.length < LONGEST_PARSED) {
    const tree = parseMarkdown(text);
    expect(actsIn(tree)).toEqual([]);
    expect(cellsOf(tree).filter((row) => row.length !== 5)).toEqual([]);
  }
  const lines = text.split("\n");
  expect(rowsIn(text).filter((line) => !/^(?:\| [^|]+ ){5}\|$/.test(line))).toEqual([]);
  const count = (found: RegExp) => lines.filter((line) => found.test(line)).length;
  const blocks = count(/^`{3,}(?:yaml|sh)$/);
  expect([count(/^`{3,}$/), count(/^(?:acknowledge: \{ .* \}|hoist sync .*)$/)]).toEqual([blocks, blocks]);
  expect(count(/^<\/details>$/)).toBe(count(/^<details/));
}

const rowsIn = (text: string) => text.split("\n").filter((line) => /^\| (?!environment )/.test(line));
const blocksIn = (text: string) => text.split("\n").filter((line) => line === "```yaml").length;
const leftOut = (text: string) => /Left out to keep this short: (.*)\. For the complete report/.exec(text)?.[1];

describe("a report that is too long", () => {
  const FITS = manyFlags(24);
  const whole = bytesOf(reportMarkdown(FITS, { limit: SUMMARY_LIMIT }));

  test("is complete if it just fits", () => {
    const text = reportMarkdown(FITS, { limit: whole });
    expect([bytesOf(text), leftOut(text)]).toEqual([whole, undefined]);
  });

  test("loses sentences first, then rules, changes that flip nobody, rows, and needed acknowledgements last", () => {
    const limits = Array.from({ length: 30 }, (_, index) => whole - 1 - index * Math.floor(whole / 31));
    const left = limits.map((limit) => {
      const text = reportMarkdown(FITS, { limit });
      expectWhole(text, limit);
      return { names: leftOut(text)?.split(", ") ?? [], rows: rowsIn(text).length, blocks: blocksIn(text) };
    });
    expect(left[0]).toEqual({ names: ["the flags in words"], rows: 16 + 16, blocks: 16 });
    const inOrder = ["the flags in words", "who flips by which rule", "changes without effect"];
    for (const { names, rows, blocks } of left) {
      const first = names.filter((name) => inOrder.includes(name));
      expect(new Set(first)).toEqual(new Set(inOrder.slice(0, first.length)));
      if (rows < 16) expect(first).toEqual(expect.arrayContaining(inOrder));
      if (blocks < 16) expect(rows).toBeLessThanOrEqual(5);
    }
    expect(left.at(-1)?.blocks).toBeGreaterThan(0);
  });

  test("states where the complete report can be read", () => {
    const limit = whole - 1;
    expect(reportMarkdown(FITS, { limit })).toMatch(/For the complete report, see `hoist plan --base origin\/main`\.$/);
    expect(reportMarkdown(FITS, { limit, elsewhere: "the summary of the job" })).toMatch(
      /see the summary of the job\.$/,
    );
  });

  test("states how many rows are missing", () => {
    const text = reportMarkdown(manyFlags(3000, { needs: [], warnings: [] }), { limit: COMMENT_LIMIT });
    const rows = rowsIn(text).length;
    expect(text).toContain(`… and ${(2000 - rows).toLocaleString("en")} more: see \`hoist plan`);
    expectWhole(text, COMMENT_LIMIT);
  });
});

describe.each([1000, COMMENT_LIMIT, SUMMARY_LIMIT])("in %i bytes", (limit) => {
  test("10,000 changed flags fit, and nothing is cut in the middle", () => {
    const text = reportMarkdown(manyFlags(10_000), { limit });
    expectWhole(text, limit);
    expect(text).toMatch(/^### Flags: 10,?000 changes/);
  });

  test("names and texts of 60 KB fit, and nothing is cut in the middle", () => {
    const long = "x|`@y ".repeat(10_000);
    const text = reportMarkdown(manyFlags(60, { path: `flags/${long}.yaml`, before: long, after: `${long}2` }, long), {
      limit,
    });
    expectWhole(text, limit);
  });

  test("environments with names of 60 KB fit", () => {
    const flags = [aFlagReport({ key: "a" })];
    const environments = Array.from({ length: 300 }, (_, index) =>
      anEnvironment({ environment: `${"production ".repeat(6000)}${index}`, flags }),
    );
    expectWhole(reportMarkdown(aReport({ environments }), { limit }), limit);
  });
});

test("a report without changes fits", () => {
  const environments = Array.from({ length: 300 }, (_, index) => anEnvironment({ environment: "e".repeat(index) }));
  const report = aReport({ from: { ref: "x".repeat(60_000), commit: null }, environments });
  expect(bytesOf(reportMarkdown(report, { limit: 1000 }))).toBeLessThanOrEqual(1000);
});
