import { describe, expect, test } from "vitest";
import { workFor } from "../../src/core/work.ts";
import type { Condition, Test } from "../../src/core/flag/condition.ts";
import type { Flag, Rule } from "../../src/core/flag/flag.ts";
import { flagChanges } from "../../src/impact/flag-changes.ts";
import { type ChangeKind, kindOf } from "../../src/impact/change-kind.ts";
import type { PlanWithNeeds } from "../../src/impact/needs.ts";
import { aColourFlag, aFlag, percentage, portion } from "../support/flags.ts";

function match(attribute: string, ...tests: readonly Test[]): Condition {
  return { op: "match", attribute, tests };
}

function rule(name: string, when: Condition, wanted: Partial<Rule> = {}): Rule {
  return { name, when, portion: null, serve: { variant: "on" }, ...wanted };
}

const cities = (...values: readonly string[]) => match("city", { op: "in", values });
const segment = (name: string, when: Condition): Condition => ({ op: "segment", anyOf: [{ name, when }] });
const all = (...of: readonly Condition[]): Condition => ({ op: "all", of });
const any = (...of: readonly Condition[]): Condition => ({ op: "any", of });

const ten = aFlag({ key: "a", rollout: percentage(10) });
const none = { ...ten, rollout: percentage(0) };
const whitelist = (...city: readonly string[]): Flag => ({
  ...ten,
  rollout: { strategy: "whitelist", lists: { city } },
});
const roles = (...names: readonly string[]): Flag => ({ ...ten, rollout: { strategy: "role", roles: names } });
const ruled = (...rules: readonly Rule[]): Flag => ({ ...ten, rules });
const requiring = (...variants: readonly string[]): Flag => ({ ...ten, requires: [{ flag: "b", variants }] });
const colours = (blue: number) => ({
  split: [
    { variant: "blue", share: blue },
    { variant: "green", share: 100_000 - blue },
  ],
});
const split = aColourFlag({ key: "a", serve: colours(50_000) });

/** What the first is to the second, and the other way round. */
const BOTH_WAYS: readonly (readonly [string, Flag, Flag])[] = [
  ["a share raised", ten, { ...ten, rollout: percentage(50) }],
  ["a share to everyone", ten, { ...ten, rollout: { strategy: "all" } }],
  ["nobody to a share", none, ten],
  ["switched on", { ...ten, enabled: false }, ten],
  ["switched on, with other rules", { ...ten, enabled: false }, ruled(rule("x", cities("M5V")))],
  ["a rule added above", ten, ruled(rule("x", cities("M5V")))],
  ["a rule added below", ruled(rule("x", cities("M5V"))), ruled(rule("x", cities("M5V")), rule("y", cities("H2X")))],
  ["a city added", ruled(rule("x", cities("M5V"))), ruled(rule("x", cities("M5V", "H2X")))],
  [
    "a rule's share raised",
    ruled(rule("x", cities("M5V"), { portion: portion(5) })),
    ruled(rule("x", cities("M5V"), { portion: portion(50) })),
  ],
  [
    "a rule's share taken away",
    ruled(rule("x", cities("M5V"), { portion: portion(5) })),
    ruled(rule("x", cities("M5V"))),
  ],
  [
    "a condition taken away",
    ruled(rule("x", all(cities("M5V"), match("age", { op: "gte", value: 18 })))),
    ruled(rule("x", cities("M5V"))),
  ],
  [
    "another way to match",
    ruled(rule("x", cities("M5V"))),
    ruled(rule("x", any(cities("M5V"), match("age", { op: "gte", value: 18 })))),
  ],
  [
    "a segment that grows",
    ruled(rule("x", segment("beta", cities("M5V")))),
    ruled(rule("x", segment("beta", cities("M5V", "H2X")))),
  ],
  [
    "fewer left out",
    ruled(rule("x", match("city", { op: "not", values: ["M5V", "H2X"] }))),
    ruled(rule("x", match("city", { op: "not", values: ["H2X"] }))),
  ],
  ["a whitelist that grows", whitelist("M5V"), whitelist("M5V", "H2X")],
  ["a whitelist to everyone", whitelist("M5V"), { ...ten, rollout: { strategy: "all" } }],
  ["a role more", roles("admin"), roles("admin", "mechanic")],
  ["a requirement less", requiring("on"), ten],
  ["another variant that meets the requirement", requiring("blue"), requiring("blue", "green")],
];

describe("the kind of a change", () => {
  test.each(BOTH_WAYS)("%s: nobody loses; in reverse, nobody gains", (_, narrower, wider) => {
    expect([kindOf(narrower, wider, workFor(1).changes), kindOf(wider, narrower, workFor(1).changes)]).toEqual([
      "widen",
      "narrow",
    ]);
  });

  const ONE_WAY: readonly (readonly [string, ChangeKind, Flag | null, Flag | null])[] = [
    ["the same", "no-op", ten, { ...ten }],
    [
      "words, owner, tags, expiry",
      "no-op",
      ten,
      { ...ten, description: "Other.", owner: "x", tags: ["y"], expires: "2027-01-01" },
    ],
    [
      "what programs fall back on, what browsers see, protection",
      "no-op",
      ten,
      { ...ten, fallback: "on", client: true, protected: true },
    ],
    [
      "rules of a disabled flag",
      "no-op",
      { ...ten, enabled: false },
      { ...ruled(rule("x", cities("M5V"))), enabled: false },
    ],
    [
      "a rule where everyone has it already",
      "no-op",
      aFlag({ key: "a" }),
      aFlag({ key: "a", rules: [rule("x", cities("M5V"))] }),
    ],
    [
      "rules in another order, all of which say on",
      "no-op",
      ruled(rule("x", cities("M5V")), rule("y", cities("H2X"))),
      ruled(rule("y", cities("H2X")), rule("x", cities("M5V"))),
    ],
    ["another salt", "reshuffle", ten, { ...ten, salt: "b" }],
    ["another salt where no bucket decides", "no-op", whitelist("M5V"), { ...whitelist("M5V"), salt: "b" }],
    ["another subject", "reshuffle", ten, { ...ten, rollout: percentage(10, "sessionId") }],
    ["other parts of a split", "reshuffle", split, { ...split, serve: colours(60_000) }],
    [
      "a share of others, by what else tells them apart",
      "retarget",
      ten,
      { ...none, rules: [rule("x", all(), { portion: portion(20, "sessionId") })] },
    ],
    ["a city in place of another", "retarget", whitelist("M5V"), whitelist("H2X")],
    ["a list in place of a share", "retarget", ten, whitelist("M5V")],
    [
      "a rule that takes it away",
      "retarget",
      aFlag({ key: "a" }),
      aFlag({ key: "a", rules: [rule("x", cities("M5V"), { serve: { variant: "off" } })] }),
    ],
    [
      "another variant for everyone",
      "retarget",
      aColourFlag({ key: "a" }),
      aColourFlag({ key: "a", serve: { variant: "green" } }),
    ],
    [
      "another value behind a variant",
      "retarget",
      aColourFlag({ key: "a" }),
      aColourFlag({ key: "a", variants: { control: "grey", blue: "#11f", green: "#0f0" } }),
    ],
    ["another off variant, switched off", "retarget", ten, { ...ten, enabled: false, offVariant: "on" }],
    ["new, for some", "widen", null, ten],
    ["new, for nobody", "no-op", null, { ...ten, enabled: false }],
    ["archived, on for some", "narrow", ten, null],
    ["archived, off for everyone", "no-op", { ...ten, enabled: false }, null],
    ["archived, on for everyone as is its fallback", "no-op", aFlag({ key: "a", fallback: "on" }), null],
    ["archived, on for some, and its fallback is on", "retarget", { ...ten, fallback: "on" }, null],
  ];

  test.each(ONE_WAY)("%s: %s", (_, kind, before, after) => {
    expect(kindOf(before, after, workFor(1).changes)).toBe(kind);
  });

  test("a changed flag keeps its own kind only if its requirements change in the same direction", () => {
    const kindBeside = (own: readonly [Flag, Flag], required: readonly [Flag, Flag]) => {
      const requires = [{ flag: "a", variants: ["on"] }];
      const [before, after] = ([0, 1] as const).map((at) => {
        const z = { ...own[at], key: "z", requires };
        return new Map<string, Flag>([["a", required[at]] as const, ["z", z] as const]);
      });
      const changes = ["a", "z"].map((key) => ({ key, action: "update", path: null, differences: [] }));
      const sides = { before: before ?? new Map(), after: after ?? new Map() };
      return flagChanges({ changes } as unknown as PlanWithNeeds, sides, workFor(1)).map(({ kind }) => kind)[1];
    };
    const fifty = { ...ten, rollout: percentage(50) };
    const prose = { ...ten, description: "Other." };
    const off = { ...ten, enabled: false };
    expect(kindBeside([ten, fifty], [ten, fifty])).toBe("widen");
    expect(kindBeside([ten, fifty], [ten, none])).toBe("narrow");
    // The subjects of both flags are in the same buckets, unless the salts differ.
    expect(kindBeside([ten, fifty], [fifty, ten])).toBe("no-op");
    const salted = [ten, fifty].map((flag) => ({ ...flag, salt: "z" })) as [Flag, Flag];
    expect(kindBeside(salted, [fifty, ten])).toBe("retarget");
    expect(kindBeside([ten, prose], [ten, none])).toBe("narrow");
    expect(kindBeside([ten, prose], [ten, prose])).toBe("no-op");
    expect(kindBeside([ten, off], [ten, fifty])).toBe("narrow");
    expect(kindBeside([off, ten], [fifty, ten])).toBe("widen");
  });

  test("an unchanged flag has the kind of its requirements if that kind applies", () => {
    const kindOfReached = (variants: readonly string[], before: Flag, after: Flag | null) => {
      const own = aFlag({ key: "z", requires: [{ flag: "a", variants }] });
      const sides = {
        before: new Map([
          ["a", before],
          ["z", own],
        ]),
        after: new Map([...(after === null ? [] : [["a", after] as const]), ["z", own] as const]),
      };
      const plan = {
        changes: [{ key: "a", action: "update", path: null, differences: [] }],
      } as unknown as PlanWithNeeds;
      return flagChanges(plan, sides, workFor(1)).map(({ key, action, kind, required }) => [
        key,
        action,
        kind,
        ...required,
      ]);
    };
    const fifty = { ...ten, rollout: percentage(50) };
    expect(kindOfReached(["on"], ten, fifty)).toEqual([
      ["a", "update", "widen"],
      ["z", "reached", "widen", "a"],
    ]);
    expect(kindOfReached(["on"], fifty, ten)[1]).toEqual(["z", "reached", "narrow", "a"]);
    expect(kindOfReached(["off"], ten, fifty)[1]).toEqual(["z", "reached", "narrow", "a"]);
    expect(kindOfReached(["off"], fifty, ten)[1]).toEqual(["z", "reached", "widen", "a"]);
    expect(kindOfReached(["on"], ten, null)[1]).toEqual(["z", "reached", "narrow", "a"]);
    expect(kindOfReached(["on"], ten, { ...ten, salt: "b" })[1]).toEqual(["z", "reached", "reshuffle", "a"]);
    expect(kindOfReached(["on"], ten, { ...ten, description: "Other." })).toEqual([["a", "update", "no-op"]]);
  });
});
