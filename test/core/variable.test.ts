import { expect, test } from "vitest";
import { bareValue, variableIn, visibleText } from "../../src/core/variable.ts";

test.each([
  ["production", "production"],
  [' "production"\r', "production"],
  ["'\"production\"'", "production"],
  ["\ufeffproduction\u200b\u00a0", "production"],
  ["“production”", "production"],
  ['"production', "production"],
  ['""', ""],
  ["\r\n", ""],
  ["postgres://a:b'c@db/x y", "postgres://a:b'c@db/x y"],
])("%j has the value %j", (text, value) => {
  expect(bareValue(text)).toBe(value);
});

test("a variable is found in any case; the exact name takes precedence, and a name of every object is not a variable", () => {
  expect(variableIn({ flags_env: "staging", FLAGS_ENV: "'production'" }, "FLAGS_ENV")).toBe("production");
  expect(variableIn({ Flags_Env: "staging" }, "FLAGS_ENV")).toBe("staging");
  expect(variableIn({ FLAGS_ENV: " " }, "FLAGS_ENV")).toBe("");
  expect(variableIn({}, "FLAGS_ENV")).toBeUndefined();
  expect(variableIn({}, "constructor")).toBeUndefined();
});

test("characters that cannot be seen are shown as escapes", () => {
  expect(visibleText('a\r\u200b\u00a0\u{e0001}b"ä c')).toBe(String.raw`"a\r\u200b\u00a0\udb40\udc01b\"ä c"`);
});
