import { describe, expect, test } from "vitest";
import type { Condition, Test } from "../../../src/core/flag/condition.ts";
import type { Flag, Rollout } from "../../../src/core/flag/flag.ts";
import { pairOf } from "../../../src/impact/flag-changes.ts";
import { workFor } from "../../../src/core/work.ts";
import { type Jump, jumpOf } from "../../../src/impact/jump/jump.ts";
import { type AttributeSpec, declared } from "../../support/attributes.ts";
import {
  aColourFlag,
  aFlag,
  aRule,
  flagMap,
  isOneOf,
  matches,
  percentage,
  portion,
  split,
} from "../../support/flags.ts";
import { needsOfEdit } from "../../support/plans.ts";

const ATTRIBUTES = [
  { name: "userRole", type: "string", values: ["customer", "mechanic", "admin"], weights: [90, 8, 2] },
  { name: "plan", type: "number", values: [1, 2, 3, 4] },
  { name: "city", type: "string" },
  { name: "age", type: "number" },
  { name: "isGuest", type: "boolean" },
  { name: "appVersion", type: "version" },
  { name: "since", type: "date" },
] as const satisfies readonly AttributeSpec[];

interface Given {
  readonly others?: readonly Flag[] | readonly [readonly Flag[], readonly Flag[]];
  readonly attributes?: readonly AttributeSpec[];
  readonly effort?: { left: number };
}

function jumpBetween(before: Flag, after: Flag, { others = [], attributes = ATTRIBUTES, effort }: Given = {}): Jump {
  const [was, is] = (others.length === 2 && Array.isArray(others[0]) ? others : [others, others]) as [Flag[], Flag[]];
  const sides = { before: flagMap([...was, before]), after: flagMap([...is, after]) };
  return jumpOf(pairOf(after.key, sides), declared(attributes), effort ?? workFor(1).jumps);
}

const none = aFlag({ key: "a", rollout: percentage(0) });
const disabled = { ...none, enabled: false };
const rolled = (rollout: Rollout): Flag => ({ ...none, rollout });
const ruled = (...whens: readonly Condition[]): Flag => ({
  ...none,
  rules: whens.map((when, index) => aRule({ name: `rule ${index}`, when })),
});
const asks = (attribute: string, ...tests: readonly Test[]) => ruled(matches(attribute, ...tests));
const any = (...of: readonly Condition[]): Condition => ({ op: "any", of });
const all = (...of: readonly Condition[]): Condition => ({ op: "all", of });
const not = (...of: readonly Condition[]): Condition => ({ op: "none", of });
const segment = (when: Condition): Condition => ({ op: "segment", anyOf: [{ name: "staff", when }] });

describe("the jump of every way to serve everyone is 100 points", () => {
  const roles = ["customer", "mechanic", "admin"];
  const adult = matches("age", { op: "gte", value: 18 });
  const minor = matches("age", { op: "lt", value: 18 });
  const half = { ...none, rollout: percentage(50) };
  const WAYS: readonly (readonly [string, Flag, Flag])[] = [
    ["a rollout to everyone", none, rolled({ strategy: "all" })],
    ["a share of 100 %", none, rolled(percentage(100))],
    ["enabling the flag", { ...disabled, rollout: { strategy: "all" } }, rolled({ strategy: "all" })],
    ["a rule for everyone", none, ruled(all())],
    ["an id that exists", none, asks("userId", { op: "exists", value: true })],
    ["an id that is not a certain one", none, asks("userId", { op: "not", values: ["user-1"] })],
    ["all but a listed id", none, ruled(not(isOneOf("userId", "user-1")))],
    ["any text in an id", none, asks("userId", { op: "contains", values: [""] })],
    ["all roles", none, ruled(isOneOf("userRole", ...roles))],
    ["all roles of the default rollout", none, rolled({ strategy: "role", roles })],
    ["all roles, one rule each", none, ruled(...roles.map((role) => isOneOf("userRole", role)))],
    ["a role or not that role", none, ruled(any(isOneOf("userRole", "admin"), not(isOneOf("userRole", "admin"))))],
    ["every version", none, asks("appVersion", { op: "semver", range: ">=0.0.0-0" })],
    ["two halves of all ages", none, ruled(any(adult, minor))],
    ["two halves of all ages in two rules", none, ruled(adult, minor)],
    [
      "two halves of all ages, by role",
      none,
      ruled(any(all(isOneOf("userRole", "customer"), adult), all(isOneOf("userRole", ...roles), any(adult, minor)))),
    ],
    ["a boolean that is true or false", none, ruled(isOneOf("isGuest", true), isOneOf("isGuest", false))],
    [
      "a rule that keeps nobody in particular away",
      none,
      {
        ...aFlag({ key: "a" }),
        rules: [aRule({ when: matches("age", { op: "gte", value: 1_000 }), serve: { variant: "off" } })],
      },
    ],
    [
      "a widened segment",
      ruled(segment(isOneOf("userId", "u"))),
      ruled(segment(any(isOneOf("userId", "u"), isOneOf("userRole", ...roles)))),
    ],
    ["another variant", aColourFlag({ key: "a" }), aColourFlag({ key: "a", serve: { variant: "green" } })],
    [
      "another value of the variant",
      aColourFlag({ key: "a" }),
      aColourFlag({ key: "a", variants: { control: "grey", blue: "#11f", green: "#0f0" } }),
    ],
    [
      "another value of the off variant while the flag is disabled",
      aColourFlag({ key: "a", enabled: false }),
      aColourFlag({ key: "a", enabled: false, variants: { control: "red", blue: "#00f", green: "#0f0" } }),
    ],
    [
      "another off variant while the flag is disabled",
      aColourFlag({ key: "a", enabled: false }),
      aColourFlag({ key: "a", enabled: false, offVariant: "green" }),
    ],
    ["a salt and a variant", { ...half, salt: "x" }, { ...half, salt: "x", variants: { on: "yes", off: "no" } }],
  ];

  test.each(WAYS)("%s", (_, before, after) => {
    expect(jumpBetween(before, after)).toMatchObject({ points: 100, method: "exact" });
    expect(needsOfEdit(before, after, { attributes: ATTRIBUTES }).map(({ code }) => code)).toContain("jump");
  });

  test("removing a requirement, or one that is never met", () => {
    const other = aFlag({ key: "b", enabled: false });
    const requiring = aFlag({ key: "a", requires: [{ flag: "b", variants: ["on"] }] });
    expect(jumpBetween(requiring, aFlag({ key: "a" }), { others: [other] }).points).toBe(100);
    expect(
      jumpBetween({ ...requiring, requires: [{ flag: "gone", variants: ["on"] }] }, aFlag({ key: "a" })).points,
    ).toBe(100);
  });
});

describe("the jump counts", () => {
  test("only the people who get another answer", () => {
    expect(jumpBetween(rolled(percentage(10)), rolled(percentage(35)))).toEqual({
      points: 25,
      method: "exact",
      notMeasured: [],
      decidedBy: { kind: "default-rollout" },
    });
    expect(jumpBetween(rolled(percentage(10)), rolled(percentage(35.001))).points).toBe(25.001);
    expect(jumpBetween(rolled(percentage(50)), { ...rolled(percentage(50)), salt: "b" }).points).toBe(25);
  });

  test("roles and declared values by their weights, or equally without weights", () => {
    expect(jumpBetween(none, ruled(isOneOf("userRole", "admin", "mechanic"))).points).toBe(10);
    expect(jumpBetween(none, rolled({ strategy: "role", roles: ["mechanic"] })).points).toBe(8);
    expect(jumpBetween(none, ruled(isOneOf("plan", 2))).points).toBe(25);
    expect(jumpBetween(none, asks("plan", { op: "gt", value: 1 })).points).toBe(75);
    expect(jumpBetween(none, ruled(all(isOneOf("plan", 2), isOneOf("userRole", "mechanic")))).points).toBe(2);
    const share = { ...none, rules: [aRule({ when: isOneOf("plan", 1, 2), portion: portion(40) })] };
    expect(jumpBetween(none, share)).toMatchObject({ points: 20, decidedBy: { kind: "rule", name: "a rule" } });
  });

  test("huge and tiny weights", () => {
    const attributes = [{ name: "userRole", type: "string", values: ["a", "b"], weights: [1e308, 1e308] }] as const;
    expect(jumpBetween(none, ruled(isOneOf("userRole", "a")), { attributes }).points).toBe(50);
  });

  test("people who lack an attribute as nobody, where the configuration says how many", () => {
    const attributes = [
      { name: "userId", type: "string", missing: "40%" },
      { name: "userRole", type: "string", values: ["customer", "admin"], missing: "50%" },
    ] as const;
    const jump = (after: Flag) => jumpBetween(none, after, { attributes }).points;
    expect(jump(rolled(percentage(50)))).toBe(30);
    expect(jump(rolled({ strategy: "all" }))).toBe(100);
    expect(jump(ruled(isOneOf("userRole", "customer", "admin")))).toBe(50);
    expect(jump(asks("userRole", { op: "exists", value: false }))).toBe(50);
    expect(jump(asks("userId", { op: "exists", value: true }))).toBe(60);
  });

  test("everyone for a missing attribute, where the configuration does not say how many lack it", () => {
    const attributes = [
      { name: "region", type: "string" },
      { name: "session", type: "string", values: ["a", "b"], weights: [1, 99], missing: "0%" },
      { name: "tenant", type: "string", missing: "10%" },
    ] as const;
    const jump = (when: Condition) => jumpBetween(none, ruled(when), { attributes }).points;
    const absent = (attribute: string) => matches(attribute, { op: "exists", value: false });
    const present = (attribute: string) => matches(attribute, { op: "exists", value: true });
    expect(jump(absent("region"))).toBe(100);
    expect(jump(absent("undeclared"))).toBe(100);
    expect(jump(absent("session"))).toBe(100);
    expect(jump(any(isOneOf("session", "a"), absent("session")))).toBe(100);
    expect(jump(not(present("region")))).toBe(100);
    expect(jump(all(absent("region"), present("session")))).toBe(100);
    expect(jump(all(absent("region"), isOneOf("session", "a")))).toBe(1);
    expect(jump(absent("tenant"))).toBe(10);
    expect(jump(all(absent("region"), absent("tenant")))).toBe(10);
    // Unknown never matches, not even under none.
    expect(jump(not(isOneOf("session", "a")))).toBe(99);
  });

  test("nobody on a list of ids, and nobody for a value of an attribute that declares none", () => {
    const lists = { userId: ["user-1"], city: ["M5V"] };
    expect(jumpBetween(none, rolled({ strategy: "whitelist", lists }))).toMatchObject({ points: 0, notMeasured: [] });
    expect(jumpBetween(none, ruled(isOneOf("city", "M5V", "M4Y")))).toMatchObject({ points: 0, notMeasured: [] });
    const wide = Array.from({ length: 6_000 }, (_, number) => `user-${number}`);
    expect(jumpBetween(none, ruled(isOneOf("userId", ...wide)))).toMatchObject({ points: 0, notMeasured: [] });
  });

  test("nobody for any other test that some values fail, and says that it was not measured", () => {
    const TESTS: readonly (readonly [string, Test])[] = [
      ["age", { op: "gte", value: 18 }],
      ["city", { op: "startsWith", values: ["M"] }],
      ["appVersion", { op: "semver", range: ">=5.5" }],
      ["since", { op: "after", value: "2020-01-01" }],
    ];
    for (const [attribute, only] of TESTS) {
      expect(jumpBetween(none, asks(attribute, only))).toMatchObject({ points: 0, notMeasured: [attribute] });
    }
    // A test that the change does not touch hides nobody.
    const versioned = asks("appVersion", { op: "semver", range: ">=5.5" });
    expect(
      jumpBetween(versioned, { ...versioned, rules: [...versioned.rules, aRule({ when: isOneOf("plan", 1) })] }),
    ).toEqual({
      points: 25,
      method: "exact",
      notMeasured: [],
      decidedBy: { kind: "rule", name: "a rule" },
    });
  });

  test("the off variant at its unchanged value as no answer", () => {
    expect(jumpBetween(rolled({ strategy: "all" }), rolled(percentage(1))).points).toBe(0);
    const blue = aColourFlag({ key: "a" });
    expect(jumpBetween(blue, { ...blue, rollout: percentage(0) }).points).toBe(0);
    const other = { ...blue, variants: { control: "red", blue: "#00f", green: "#0f0" } };
    expect(jumpBetween(blue, { ...other, rollout: percentage(0) }).points).toBe(100);
  });

  test("what required flags change, in their own buckets", () => {
    const required = (percent: number) => aFlag({ key: "b", rollout: percentage(percent) });
    const flag = (percent: number) =>
      aFlag({ key: "a", rollout: percentage(percent), requires: [{ flag: "b", variants: ["on"] }] });
    expect(jumpBetween(flag(0), flag(50), { others: [required(50)] }).points).toBe(25);
    expect(jumpBetween(flag(10), flag(50), { others: [[required(50)], [required(100)]] }).points).toBe(45);
  });

  test("the subjects of a declared attribute in their own bucket", () => {
    const by = (percent: number) => rolled(percentage(percent, "userRole"));
    const shares = [10, 30, 50, 70, 90, 100].map((percent) => jumpBetween(by(0), by(percent)).points);
    expect(shares.at(-1)).toBe(100);
    for (const points of shares) expect([0, 2, 8, 10, 90, 92, 98, 100]).toContain(points);
  });
});

describe("a change that is too large to count", () => {
  const manySplits = (variant: number): Flag => ({
    ...aColourFlag({ key: "a" }),
    rules: Array.from({ length: 12 }, (_, index) =>
      aRule({
        name: `rule ${index}`,
        portion: portion(5, `attribute${index}`),
        serve: split({ blue: 50 + variant, green: 50 - variant }),
      }),
    ),
    rollout: percentage(0),
  });

  test("is estimated, at the upper end of the margin, the same on every machine", () => {
    const [before, after] = [manySplits(0), manySplits(10)];
    const jump = jumpBetween(before, after);
    expect(jump.method).toBe("estimated");
    // Everyone inside some points: 0.001 − 0.95^12 = 45.96 %; a tenth of them moves from green to blue.
    expect(jump.points).toBeGreaterThan(4.596);
    expect(jump.points).toBeLessThan(7);
    expect(jumpBetween(before, after)).toEqual(jump);
  });

  test("does not use up the work that is left for other flags", () => {
    const { jumps } = workFor(1);
    const tests = Array.from({ length: 10_000 }, (_, value) => matches("age", { op: "gte", value }));
    expect(jumpBetween(none, ruled(any(...tests)), { effort: jumps })).toMatchObject({
      points: 100,
      method: "too-large",
    });
    expect(jumpBetween(none, rolled(percentage(1)), { effort: jumps })).toMatchObject({ points: 1, method: "exact" });
  });

  test("with more ways to choose values than are tried, still counts nobody for tests that some values fail", () => {
    const tests = Array.from({ length: 300 }, (_, value) => matches("age", { op: "gte", value }));
    expect(jumpBetween(none, ruled(any(...tests)))).toMatchObject({ points: 0, notMeasured: ["age"] });
  });

  test("counts 100 points where not enough work is left", () => {
    const jump = jumpBetween(manySplits(0), manySplits(10), { effort: { left: 1_000 } });
    expect(jump).toEqual({ points: 100, method: "too-large", notMeasured: [], decidedBy: null });
    expect(jumpBetween(none, rolled(percentage(1)), { effort: { left: 1_000 } }).points).toBe(1);
  });
});
