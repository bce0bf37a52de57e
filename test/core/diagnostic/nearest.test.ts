import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "../../../src/core/diagnostic/nearest.ts";

test.each([
  ["staf", ["suspended", "staff"], "staff"],
  ["voice_loging", ["voice_logging", "voice"], "voice_logging"],
  ["VOICE_LOGGING", ["voice_logging"], "voice_logging"],
  ["new_checkout", ["new-checkout"], "new-checkout"],
  ["routing_workshop", ["workshop_routing"], "workshop_routing"],
  ["blu", ["control", "blue", "green"], "blue"],
  ["grene", ["control", "blue", "green"], "green"],
  ["xy", ["control", "blue"], undefined],
  ["checkout", ["payments"], undefined],
  ["", ["a"], undefined],
  ["staff", ["staff"], undefined],
  ["cat", ["bat", "rat"], "bat"],
])("the nearest name to %j among %j is %j", (word, words, found) => {
  expect(nearest(word, words)).toBe(found);
});

test.each([
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["ab", "ba", 1],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
])("the distance from %j to %j is %i", (a, b, slips) => {
  expect(editDistance(a, b)).toBe(slips);
  expect(editDistance(b, a)).toBe(slips);
});

test("a distance is at most the longer word, and 0 only between equals", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const slips = editDistance(a, b);
      expect(slips).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(slips === 0).toBe(a === b);
    }),
  );
});
