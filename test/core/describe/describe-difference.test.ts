import { expect, test } from "vitest";
import type { Condition } from "../../../src/core/flag/condition.ts";
import { differenceTexts } from "../../../src/core/describe/describe-difference.ts";
import { aFlag, aRule, isOneOf } from "../../support/flags.ts";

const texts = (before: Condition, after: Condition) => {
  const flag = (when: Condition) => aFlag({ key: "a", rules: [aRule({ name: "beta", when })] });
  return differenceTexts(flag(before), flag(after));
};
const ids = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `a-rather-long-user-id-${n + from}`);

test("a changed condition is described before and after the change", () => {
  expect(texts(isOneOf("postalCode", "M5V"), isOneOf("postalCode", "M5V", "M5G"))).toEqual([
    "rule beta: people in M5V → people in M5V or M5G",
  ]);
});

test("a change is only named if its description would be too long or would not show a difference", () => {
  expect(texts(isOneOf("userId", ...ids(3)), isOneOf("userId", ...ids(3, 1)))).toEqual([
    "rule beta: its condition changed",
  ]);
  const many = (last: string) => isOneOf("code", "a", "b", "c", "d", last);
  expect(texts(many("e"), many("f"))).toEqual(["rule beta: its condition changed"]);
});
