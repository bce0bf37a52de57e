import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, sameJson } from "../../src/core/json.ts";

const names = fc.constantFrom("a", "b", "__proto__", "1", "");
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, undefined, true, false, 0, -0, 1, "", "a", "1"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3 }),
  ),
}));

test("two values are the same if and only if their canonical texts are the same", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
      expect(sameJson(a, structuredClone(a)), "a copy is the same").toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test("the order of members and undefined members have no effect, and lists differ from mappings", () => {
  expect(sameJson({ a: 1, b: { c: [1] } }, { b: { c: [1], d: undefined }, a: 1 })).toBe(true);
  expect(sameJson([], {})).toBe(false);
  expect(sameJson({ a: undefined }, { b: undefined })).toBe(true);
  expect(sameJson({ a: null }, {})).toBe(false);
});
