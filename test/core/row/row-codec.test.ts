import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conditionJson, parseCondition } from "../../../src/core/row/condition-json.ts";
import { canonicalJson } from "../../../src/core/json.ts";
import { columnsOf, flagOfRow } from "../../../src/core/row/row-codec.ts";
import type { Condition } from "../../../src/core/flag/condition.ts";
import type { Flag } from "../../../src/core/flag/flag.ts";
import { condition as anyCondition, flagNamed } from "../../support/arbitrary.ts";
import { aColourFlag, aFlag, aRule, isOneOf, percentage, portion, split } from "../../support/flags.ts";
import { aLiveFlag, aRow } from "../../support/rows.ts";

/** As jsonb gives an object back: other keys first. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

/** Each operator once in a match, as in every condition that is written: a mapping has a key once. */
function writable(when: Condition): Condition {
  switch (when.op) {
    case "match":
      return { ...when, tests: [...new Map(when.tests.map((test) => [test.op, test])).values()] };
    case "segment":
      return { ...when, anyOf: when.anyOf.map(({ name, when: inner }) => ({ name, when: writable(inner) })) };
    case "all":
    case "any":
    case "none":
      return { ...when, of: when.of.map(writable) };
  }
}

const condition = anyCondition.map(writable);
const flag: fc.Arbitrary<Flag> = flagNamed("checkout").map((any) => ({
  ...any,
  rules: any.rules.map((rule) => ({ ...rule, when: writable(rule.when) })),
}));

describe("conditions as JSON", () => {
  test("a written condition is read back in its stored form", () => {
    fc.assert(
      fc.property(condition, (written) => {
        const json = conditionJson(written);
        expect(canonicalJson(conditionJson(parseCondition(json)))).toBe(canonicalJson(json));
      }),
    );
  });

  test("the stored form contains segments in full, so that a row is self-contained", () => {
    const staff = isOneOf("userRole", "admin");
    const parsed = parseCondition({ segment: "staff", postalCode: ["M5V", "M4Y"] }, (name) =>
      name === "staff" ? staff : undefined,
    );
    expect(conditionJson(parsed)).toEqual({ segment: { staff: { userRole: "admin" } }, postalCode: ["M5V", "M4Y"] });
    expect(parseCondition(conditionJson(parsed))).toEqual(parsed);
  });

  test.each([
    ["a list", [], "expected a mapping, found a list"],
    ["an unknown operator", { age: { above: 5 } }, '"above" is not an operator'],
    ["a matcher without operators", { age: {} }, "expected at least one operator"],
    ["a comparison with text", { age: { gt: "5" } }, "expected a number, found a string"],
    [
      "a range that is none",
      { appVersion: { semver: "five" } },
      'expected a version range such as ">=5.5", found "five"',
    ],
    [
      "a day that is none",
      { since: { after: "2027-02-30" } },
      'expected an ISO 8601 date, or a date-time with an offset, found "2027-02-30"',
    ],
    ["a segment that is none", { segment: "staf" }, 'segment "staf" does not exist'],
    ["any without a list", { any: { a: 1 } }, "expected a list of conditions, found a mapping"],
    ["nothing to compare with", { age: [null] }, "expected a string, a number or true/false, found nothing"],
  ])("refuses %s", (_, json, message) => {
    expect(() => parseCondition(json)).toThrow(message);
  });

  test("refuses conditions that are nested too deeply", () => {
    let deep: Record<string, unknown> = { a: 1 };
    for (let depth = 0; depth < 1000; depth++) deep = { all: [deep] };
    expect(() => parseCondition(JSON.parse(JSON.stringify(deep)))).toThrow("nested deeper");
  });
});

describe("rows", () => {
  test("a flag is read back from its columns, with JSON keys in any order", () => {
    fc.assert(
      fc.property(flag, (written) => {
        const read = flagOfRow(aRow(written, JSON.parse(JSON.stringify(reordered(columnsOf(written))))));
        expect(read).toMatchObject({ ok: true });
        if (read.ok) expect(canonicalJson(columnsOf(read.flag))).toBe(canonicalJson(columnsOf(written)));
      }),
    );
  });

  test("a column of the wrong type is reported as a problem that names the column, never thrown", () => {
    const junk = fc.oneof(fc.constant(null), fc.constant(undefined), fc.jsonValue());
    fc.assert(
      fc.property(flag, fc.constantFrom(...Object.keys(aRow(aFlag({ key: "a" })))), junk, (written, column, value) => {
        const read = flagOfRow({ ...aRow(written), [column]: value });
        expect(read.ok || read.problem.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [
      "a strategy that is none",
      { rollout_strategy: "most" },
      "rollout_strategy: expected one of all, percentage, whitelist, role",
    ],
    ["a percentage above 100", { rollout_percentage: 101 }, "rollout_percentage: expected a percentage from 0 to 100"],
    [
      "a member of a rule that is not known",
      { rules: [{ name: "r", if: {}, serve: "on", until: "2027" }] },
      "rules.0.until: this field of a rule is unknown",
    ],
    [
      "a rule without its condition",
      { rules: [{ name: "r", serve: "on" }] },
      "rules.0.if: a rule must have a condition",
    ],
    ["a variant that is not there", { serve: "maybe" }, "serve: expected one of the variants on, off"],
    [
      "a split that does not add up",
      { serve: { split: [{ variant: "on", percentage: 99 }] } },
      "serve.split: the shares add up to 99; expected 100",
    ],
    [
      "variants of another type",
      { variants: { on: "yes", off: false } },
      "variants.on: expected boolean, found a string",
    ],
    [
      "an id that is no text",
      { rollout_strategy: "whitelist", target_config: { user_ids: [{}] } },
      "target_config.user_ids: expected a string, found a mapping",
    ],
    ["a salt with a colon", { salt: "a:b" }, "salt: a salt must not contain : or #"],
  ])("refuses %s", (_, columns, problem) => {
    const read = flagOfRow({ ...aRow(aFlag({ key: "checkout" })), ...columns });
    expect(read).toMatchObject({ ok: false, key: "checkout", problem, enabled: true });
  });

  test("target_config accepts the documented names and attribute names", () => {
    const target_config = { workshop_ids: ["w1"], userId: ["u1"], user_ids: [7], postal_codes: [], roles: ["admin"] };
    const read = aLiveFlag(aFlag({ key: "checkout" }), { rollout_strategy: "whitelist", target_config });
    expect(read).toMatchObject({
      ok: true,
      flag: {
        rollout: {
          strategy: "whitelist",
          lists: { workshopId: ["w1"], userId: ["u1", "7"], postalCode: [], userRole: ["admin"] },
        },
      },
    });
  });

  test("a percentage of three decimals is exactly that many thousandths", () => {
    for (let share = 0; share <= 100_000; share += 7) {
      const read = aLiveFlag(
        aFlag({ key: "checkout", rollout: { strategy: "percentage", portion: { share, by: "userId" } } }),
      );
      expect(read.ok && read.flag.rollout).toEqual({ strategy: "percentage", portion: { share, by: "userId" } });
    }
  });

  test("a manual change to the strategy does not reshuffle a split by another attribute", () => {
    const dealt = aColourFlag({
      key: "button",
      rollout: percentage(20, "sessionId"),
      serve: split({ control: 34, blue: 33, green: 33 }),
      rules: [aRule({ portion: portion(5), serve: { variant: "blue" } })],
    });
    const read = aLiveFlag(dealt, { rollout_strategy: "all", rollout_percentage: 100 });
    expect(read.ok && read.flag.rollout).toEqual(percentage(100, "sessionId"));
  });
});

test("a list may have the name of a property of every object", () => {
  const row = aRow(aFlag({ key: "sized", rollout: { strategy: "whitelist", lists: { toString: ["a", "b"] } } }));
  expect(flagOfRow(row)).toMatchObject({ ok: true, flag: { rollout: { lists: { toString: ["a", "b"] } } } });
});
