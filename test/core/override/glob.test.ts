import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "../../../src/core/override/glob.ts";

test.each([
  ["workshop_*", "workshop_routing", true],
  ["workshop_*", "workshop_", true],
  ["workshop_*", "workshops_beta", false],
  ["*_routing", "workshop_routing", true],
  ["w*p_*g", "workshop_routing", true],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["a?c", "abc", false],
  ["[a-z]*", "abc", false],
  [".*", "abc", false],
  ["*a*b", "aaab", true],
  ["*ab", "aab", true],
])("the pattern %j matches %j: %j", (pattern, text, isMatch) => {
  expect(matchesGlob(pattern, text)).toBe(isMatch);
});

test("a pattern matches exactly what its regular expression matches", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 6 }).map((list) => list.join(""));
  const text = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }).map((list) => list.join(""));
  fc.assert(
    fc.property(letters, text, (pattern, text) => {
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});
