import { describe, expect, test } from "vitest";
import type { Condition, Test } from "../../src/core/flag/condition.ts";
import type { Flag } from "../../src/core/flag/flag.ts";
import { matcher } from "../../src/core/evaluate/matcher.ts";
import { generatePopulation } from "../../src/impact/population.ts";
import { type AttributeSpec, declared } from "../support/attributes.ts";
import { aFlag, percentage } from "../support/flags.ts";

function asking(...conditions: readonly (readonly [string, Test])[]): Flag {
  const rules = conditions.map(([attribute, only], index) => ({
    name: `rule ${index}`,
    when: { op: "match", attribute, tests: [only] } satisfies Condition,
    portion: null,
    serve: { variant: "on" },
  }));
  return aFlag({ key: "a", rules });
}

function people(attributes: readonly AttributeSpec[], flags: readonly Flag[], size = 4_000, seed = 1) {
  return generatePopulation(declared(attributes), flags, { size, seed });
}

describe("people generated from declared attributes", () => {
  test("are the same on every machine for one seed, and differ for another seed", () => {
    const attributes: readonly AttributeSpec[] = [
      { name: "userRole", type: "string", values: ["customer", "admin"], weights: [9, 1] },
    ];
    const flags = [asking(["city", { op: "in", values: ["M5V"] }])];
    expect(people(attributes, flags, 4)).toMatchObject({
      contexts: GOLDEN,
      note: { source: "generated", size: 4, seed: 1, file: null, guessed: ["city"] },
    });
    expect(people(attributes, flags, 50, 2).contexts).not.toEqual(people(attributes, flags, 50).contexts);
  });

  test("do not depend on how often the same flag occurs", () => {
    const values = Array.from({ length: 3_000 }, (_, number) => `M${number}`);
    const flag = asking(["city", { op: "in", values }]);
    expect(people([], [flag, flag, flag], 50)).toEqual(people([], [flag], 50));
  });

  test("have declared values as often as their weights say, or equally often without weights", () => {
    const roles = {
      name: "userRole",
      type: "string",
      values: ["customer", "admin"],
      weights: [9, 1],
    } as const;
    const plans = { name: "plan", type: "number", values: [1, 2, 3, 4] } as const;
    const { contexts, note } = people([roles, plans], [asking(["userRole", { op: "in", values: ["admin"] }])]);
    const countOf = (name: string, value: unknown) =>
      contexts.filter((context) => context[name] === value).length / 4_000;
    expect(countOf("userRole", "customer")).toBeCloseTo(0.9, 1);
    expect(countOf("userRole", "admin")).toBeCloseTo(0.1, 1);
    for (const plan of plans.values) expect(countOf("plan", plan)).toBeCloseTo(0.25, 1);
    expect(note.guessed).toEqual([]);
  });

  test("lack an attribute as often as `missing` says", () => {
    const attributes = [
      { name: "userId", type: "string", missing: "25%" },
      { name: "userRole", type: "string", values: ["customer", "admin"], missing: "12.5%" },
      { name: "plan", type: "string", values: ["a"], missing: "0%" },
    ] as const;
    const { contexts, missing, subjects } = people(attributes, [aFlag({ key: "a", rollout: percentage(10) })]);
    const lacking = (name: string) => contexts.filter((context) => context[name] === undefined).length / 4_000;
    expect(lacking("userId")).toBeCloseTo(0.25, 1);
    expect(lacking("userRole")).toBeCloseTo(0.125, 1);
    expect(lacking("plan")).toBe(0);
    expect([...missing]).toEqual([
      ["userId", 0.25],
      ["userRole", 0.125],
    ]);
    expect([...subjects]).toEqual(["userId"]);
    // Who lacks one attribute does not decide who lacks another, and the values of the others stay the same.
    const both = contexts.filter(({ userId, userRole }) => userId === undefined && userRole === undefined);
    expect(both.length / 4_000).toBeCloseTo(0.03, 1);
  });

  test("have unique ids, and none that a flag lists", () => {
    const flag = { ...asking(["userId", { op: "in", values: ["user-42"] }]), rollout: percentage(10, "sessionId") };
    const { contexts, note } = people(
      [
        { name: "userId", type: "string" },
        { name: "sessionId", type: "number" },
      ],
      [flag],
    );
    for (const name of ["userId", "sessionId"]) {
      expect(new Set(contexts.map((context) => context[name])).size).toBe(4_000);
    }
    expect(contexts.some(({ userId }) => userId === "user-42")).toBe(false);
    expect(note.guessed).toEqual([]);
  });

  test("keep their other attributes when an attribute is added", () => {
    const [role, plan] = ["userRole", "plan"].map((name) => ({ name, type: "string", values: ["a", "b"] }) as const);
    const before = people([role!], []).contexts;
    const after = people([role!, plan!], []).contexts;
    expect(after.map(({ userId, userRole }) => ({ userId, userRole }))).toEqual(before);
  });
});

describe("attributes without declared values", () => {
  const TESTS: readonly (readonly [AttributeSpec["type"], Test])[] = [
    ["string", { op: "in", values: ["M5V", "M5G"] }],
    ["string", { op: "startsWith", values: ["M5"] }],
    ["string", { op: "endsWith", values: ["@acme.dev"] }],
    ["string", { op: "contains", values: ["beta"] }],
    ["number", { op: "gte", value: 18 }],
    ["number", { op: "lt", value: 0.5 }],
    ["number", { op: "in", values: [1, 2] }],
    ["version", { op: "semver", range: ">=5.5 <7" }],
    ["date", { op: "before", value: "2027-03-01" }],
    ["date", { op: "after", value: "2027-03-01T12:00:00+02:00" }],
    ["boolean", { op: "in", values: [true] }],
  ];

  test.each(TESTS)("%s %j: about half of the people match, declared or not", (type, only) => {
    for (const declared of [[{ name: "asked", type }], []]) {
      const flag = asking(["asked", only]);
      const { contexts, note } = people(declared, [flag]);
      const passes = matcher({ op: "match", attribute: "asked", tests: [only] });
      const truths = contexts.map((context) => passes(context));
      expect(truths).not.toContain("unknown");
      expect(truths.filter((truth) => truth === true).length / 4_000).toBeCloseTo(0.5, 1);
      expect(note.guessed).toEqual(["asked"]);
    }
  });

  test("the excluded values of `not` are generated for half of the people", () => {
    const { contexts } = people([], [asking(["city", { op: "not", values: ["M5V"] }])]);
    expect(contexts.filter(({ city }) => city === "M5V").length / 4_000).toBeCloseTo(0.5, 1);
  });

  test("lists of the default rollout are covered too, and an optional attribute is absent half of the time", () => {
    const lists = { city: ["M5V"] };
    const flags = [
      aFlag({ key: "a", rollout: { strategy: "whitelist", lists } }),
      asking(["since", { op: "exists", value: false }]),
    ];
    const { contexts, note } = people([], flags);
    expect(contexts.filter(({ city }) => city === "M5V").length / 4_000).toBeCloseTo(0.5, 1);
    expect(contexts.filter((context) => !("since" in context)).length / 4_000).toBeCloseTo(0.5, 1);
    expect(note.guessed).toEqual(["city", "since"]);
  });

  test("a disabled flag adds no attributes, and a declared attribute without use is generated too", () => {
    const flag = { ...asking(["city", { op: "in", values: ["M5V"] }]), enabled: false };
    const { contexts, note } = people([{ name: "beta", type: "version" }], [flag], 3);
    expect(contexts.map(({ beta, city }) => [typeof beta, city])).toEqual(contexts.map(() => ["string", undefined]));
    expect(note.guessed).toEqual([]);
  });

  test("very long lists and two operators on one attribute are covered too", () => {
    const many = Array.from({ length: 6_000 }, (_, index) => `w${index}`);
    const [long, mixed] = [
      asking(["workshopId", { op: "in", values: many }]),
      asking(["build", { op: "startsWith", values: ["5."] }], ["build", { op: "semver", range: ">=6" }]),
    ];
    const { contexts } = people([], [long, mixed]);
    expect(contexts.filter(({ workshopId }) => many.includes(String(workshopId))).length / 4_000).toBeCloseTo(0.5, 1);
    expect(contexts.some(({ build }) => String(build).startsWith("5."))).toBe(true);
    expect(contexts.some(({ build }) => String(build).startsWith("6."))).toBe(true);
  });
});

const GOLDEN = [
  { city: "M5V", userId: "made-1-0", userRole: "customer" },
  { city: "M5V", userId: "made-1-1", userRole: "customer" },
  { city: "M5V", userId: "made-1-2", userRole: "customer" },
  { city: "M5V", userId: "made-1-3", userRole: "customer" },
];
