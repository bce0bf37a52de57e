import { expect, test } from "vitest";
import { printable, printableLines, withSymbols } from "../../src/core/printable.ts";

test.each([
  ["a line\r\n\tand another", String.raw`a line\r\n\tand another`],
  ["\u001b[31m \u0007 \u007f \u009b", String.raw`\u001b[31m \u0007 \u007f \u009b`],
  ["\u202a\u202e\u2066\u2069\u200e\u061c", String.raw`\u202a\u202e\u2066\u2069\u200e\u061c`],
  ["\u200b\u200d\u2060\ufeff\u00ad\u3164", String.raw`\u200b\u200d\u2060\ufeff\u00ad\u3164`],
  ["\u2028\u2029\u0085", String.raw`\u2028\u2029\u0085`],
  ["\ud800 \udfff \u{e0041}", String.raw`\ud800 \udfff \udb40\udc41`],
])("%j is printed as visible escapes", (data, shown) => {
  expect(printable(data)).toBe(shown);
  expect(printable(shown)).toBe(shown);
});

test.each(["über „Größe“ 10 % → 12 %", "日本語 عربي עברית", "❤️ 🎉 👍🏽 #️⃣", String.raw`C:\new`])(
  "%j stays unchanged",
  (text) => {
    expect([printable(text), printableLines(text), withSymbols(text)]).toEqual([text, text, text]);
  },
);

test("lines stay lines, and JSON stays the same JSON", () => {
  expect(printableLines("a\n\tb\r\n")).toBe("a\n\tb\\u000d\n");
  const data = { text: "\u202e\u009b\ud800\u2028", lines: ["a\nb"] };
  expect(JSON.parse(printableLines(JSON.stringify(data, null, 2)))).toEqual(data);
});

test("symbols keep the columns", () => {
  expect(withSymbols("a\tb\u200bc\u{e0041}d")).toBe("a b\uFFFDc\uFFFD\uFFFDd");
});
