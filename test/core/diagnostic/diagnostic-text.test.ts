import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/core/diagnostic/diagnostic.ts";
import { diagnosticsText, githubAnnotations } from "../../../src/core/diagnostic/diagnostic-text.ts";

const at = (wanted: Partial<Diagnostic>): Diagnostic => ({
  code: "unknown-segment",
  severity: "error",
  message: 'rule "some" names segment "staf", which does not exist',
  file: "flags/example.yaml",
  line: 10,
  column: 20,
  length: 4,
  source: "    if: { segment: staf }",
  ...wanted,
});

test("the mark is below its text, and the hint follows it", () => {
  expect(diagnosticsText([at({ hint: 'did you mean "staff"?' })])).toBe(
    [
      'flags/example.yaml:10:20  error  unknown-segment  rule "some" names segment "staf", which does not exist',
      "  10 │     if: { segment: staf }",
      '     │                    ^^^^  did you mean "staff"?',
    ].join("\n"),
  );
});

test("the mark is aligned after emoji, wide letters and tabs", () => {
  const columnOfMark = (source: string) => {
    const [, , marks = ""] = diagnosticsText([at({ source, column: source.indexOf("X") + 1, length: 1 })]).split("\n");
    return marks.indexOf("^") - marks.indexOf("│");
  };
  expect(columnOfMark("ab X")).toBe(2 + 3);
  expect(columnOfMark("\tb X")).toBe(2 + 3);
  expect(columnOfMark("🙂 X")).toBe(2 + 3);
  expect(columnOfMark("数 X")).toBe(2 + 3);
});

test("a long line is cut around the place", () => {
  const source = `${"a".repeat(300)}HERE${"b".repeat(300)}`;
  const [, frame = "", marks = ""] = diagnosticsText([at({ source, column: 301, length: 4 })]).split("\n");
  expect(frame.length).toBeLessThan(140);
  expect(frame.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("HERE");
});

test("on a narrow terminal no line of code and no mark exceeds the width, and the mark is still aligned", () => {
  for (const width of [40, 60, 80, 100]) {
    for (const [before, after] of [
      [0, 200],
      [5, 90],
      [70, 0],
      [150, 150],
    ] as const) {
      const source = `${"a".repeat(before)}HERE${"b".repeat(after)}`;
      const hint = "a hint of several words, which does not fit behind the mark of a narrow terminal";
      const text = diagnosticsText([at({ source, column: before + 1, length: 4, hint })], undefined, width);
      const [, frame = "", marks = ""] = text.split("\n");
      const mark = marks.indexOf("^");
      expect(frame.length, `${width} ${before}`).toBeLessThanOrEqual(width);
      expect(mark + 4).toBeLessThanOrEqual(width);
      expect(frame.slice(mark, mark + 4)).toBe("HERE");
      expect(text).toContain(hint);
    }
  }
});

test("a problem of a whole file has no frame", () => {
  expect(diagnosticsText([at({ source: "", line: 1, column: 1, hint: "rename it" })]).split("\n")).toHaveLength(2);
});

test("no content of a file reaches the terminal as a control sequence", () => {
  const evil = "\u001B[2J\u202Eabc\u0007";
  const text = diagnosticsText([at({ source: evil, message: evil, hint: evil, file: `flags/${evil}.yaml` })]);
  for (const order of ["\u001B", "\u202E", "\u0007"]) expect(text).not.toContain(order);
});

test("colours add no information: without them the text is the same", () => {
  const coloured = diagnosticsText(
    [at({ hint: "x" }), at({ severity: "warning" })],
    (colour, text) => `<${colour}>${text}</>`,
  );
  expect(coloured).toMatch(/<red>error<\/>[\s\S]*<yellow>warning<\/>/);
  expect(coloured.replace(/<\/?[a-z]*>/g, "")).toBe(diagnosticsText([at({ hint: "x" }), at({ severity: "warning" })]));
});

test("the content of a file cannot end a GitHub annotation early", () => {
  const text = githubAnnotations([
    at({ file: "flags/a,b:c.yaml", message: "100% of\n::error::x", hint: "do\r\nthis" }),
    at({ severity: "warning" }),
    at({ file: "flags/a\r\n::b%.yaml", message: "m", hint: "h" }),
  ]);
  expect(text.split(/[\r\n]/)).toEqual([
    "::error file=flags/a%2Cb%3Ac.yaml,line=10,col=20,endColumn=24,title=unknown-segment::100%25 of\\n::error::x%0Ado\\r\\nthis",
    '::warning file=flags/example.yaml,line=10,col=20,endColumn=24,title=unknown-segment::rule "some" names segment "staf", which does not exist',
    "::error file=flags/a%0D%0A%3A%3Ab%25.yaml,line=10,col=20,endColumn=24,title=unknown-segment::m%0Ah",
  ]);
});
