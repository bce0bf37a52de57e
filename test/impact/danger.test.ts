import { describe, expect, test } from "vitest";
import { effectOf } from "../../src/impact/change-kind.ts";
import type { Flag } from "../../src/core/flag/flag.ts";
import type { AttributeSpec } from "../support/attributes.ts";
import { aColourFlag, aFlag, aRule, isOneOf, percentage, portion, split } from "../support/flags.ts";
import { needsOfEdit } from "../support/plans.ts";

const ATTRIBUTES = [
  { name: "userRole", type: "string", values: ["customer", "mechanic", "admin"], weights: [60, 20, 20] },
  { name: "city", type: "string" },
  { name: "age", type: "number" },
  { name: "isGuest", type: "boolean" },
] as const satisfies readonly AttributeSpec[];
const flag = (wanted: Partial<Flag>) => aFlag({ key: "checkout", ...wanted });
const LIST = { strategy: "whitelist", lists: { userId: ["user-42", "user-43"] } } as const;

const SOME = isOneOf("userRole", "customer");
const FEW = isOneOf("userRole", "admin");
const OTHER_VALUES = Object.fromEntries(
  Object.entries(aColourFlag({ key: "button" }).variants).map(([name, value]) => [name, [value]]),
);

interface Case {
  readonly is: string;
  readonly before: Flag | null;
  readonly after: Flag;
  readonly dangers: readonly string[];
}

const CASES: readonly Case[] = [
  { is: "a new flag has nothing to jump from", before: null, after: flag({}), dangers: [] },
  {
    is: "25 points are a step",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(35) }),
    dangers: [],
  },
  {
    is: "more are a jump",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(35.001) }),
    dangers: ["jump: the jump of 25.001 points exceeds policy maxStep (25)"],
  },
  {
    is: "disabled counts as 0 and all as 100",
    before: flag({ enabled: false }),
    after: flag({}),
    dangers: ["jump: the jump of 100 points exceeds policy maxStep (25)"],
  },
  { is: "a list has no share", before: flag({ enabled: false }), after: flag({ rollout: LIST }), dangers: [] },
  {
    is: "a list gives way to a small share",
    before: flag({ rollout: LIST }),
    after: flag({ rollout: percentage(10) }),
    dangers: [],
  },
  {
    is: "a list gives way to everyone",
    before: flag({ rollout: LIST }),
    after: flag({}),
    dangers: ["jump: the jump of 100 points exceeds policy maxStep (25)"],
  },
  { is: "lowering needs nobody's yes", before: flag({}), after: flag({ rollout: percentage(1) }), dangers: [] },
  {
    is: "nor does disabling, whatever else changes",
    before: flag({ protected: true }),
    after: flag({ protected: true, enabled: false, salt: "other", rollout: percentage(50) }),
    dangers: [],
  },
  {
    is: "a rule's share jumps too",
    before: flag({ rollout: percentage(0), rules: [aRule({ portion: portion(10) })] }),
    after: flag({ rollout: percentage(0), rules: [aRule({ portion: portion(60) })] }),
    dangers: ["jump: the jump of 50 points exceeds policy maxStep (25)"],
  },
  {
    is: "a rule counts as many people as its role has",
    before: flag({ rollout: percentage(0), rules: [aRule({ name: "beta", when: SOME, portion: portion(1) })] }),
    after: flag({ rollout: percentage(0), rules: [aRule({ name: "beta users", when: SOME, portion: portion(90) })] }),
    dangers: ["jump: the jump of 53.4 points exceeds policy maxStep (25)"],
  },
  {
    is: "a rule that loses its share serves everyone who matches it",
    before: flag({ rollout: percentage(0), rules: [aRule({ when: SOME, portion: portion(1) })] }),
    after: flag({ rollout: percentage(0), rules: [aRule({ when: SOME, portion: null })] }),
    dangers: ["jump: the jump of 59.4 points exceeds policy maxStep (25)"],
  },
  {
    is: "a rule that gets a share is lowered, whatever the share",
    before: flag({ rollout: percentage(0), rules: [aRule({ when: SOME })] }),
    after: flag({ rollout: percentage(0), rules: [aRule({ when: SOME, portion: portion(60) })] }),
    dangers: [],
  },
  {
    is: "a new rule for everyone stands in the last line's place",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(10), rules: [aRule({ name: "all", portion: portion(90) })] }),
    dangers: ["jump: the jump of 80 points exceeds policy maxStep (25)"],
  },
  {
    is: "as does one that is for everyone from now on",
    before: flag({ rollout: percentage(10), rules: [aRule({ when: SOME })] }),
    after: flag({ rollout: percentage(10), rules: [aRule()] }),
    dangers: ["jump: the jump of 36 points exceeds policy maxStep (25)"],
  },
  {
    is: "a new rule for few is a small jump",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(10), rules: [aRule({ when: FEW })] }),
    dangers: [],
  },
  {
    is: "enabling a flag with a rule for few is a small jump",
    before: flag({ enabled: false, rollout: percentage(0), rules: [aRule({ when: FEW })] }),
    after: flag({ rollout: percentage(0), rules: [aRule({ when: FEW })] }),
    dangers: [],
  },
  {
    is: "a last line that serves the off variant gives nobody anything, until it serves another",
    before: flag({ serve: { variant: "off" } }),
    after: flag({}),
    dangers: ["jump: the jump of 100 points exceeds policy maxStep (25)"],
  },
  {
    is: "a rule's split is dealt again under another name too",
    before: aColourFlag({ key: "button", rules: [aRule({ name: "beta", serve: split({ blue: 50, green: 50 }) })] }),
    after: aColourFlag({ key: "button", rules: [aRule({ name: "try", serve: split({ green: 50, blue: 50 }) })] }),
    dangers: [
      "jump: the jump of 100 points exceeds policy maxStep (25)",
      "reshuffle: the split of rule try changes: subjects move between its variants",
    ],
  },
  {
    is: "another answer of a protected flag that is off is asked about",
    before: aColourFlag({ key: "button", protected: true }),
    after: aColourFlag({ key: "button", protected: true, enabled: false, offVariant: "green" }),
    dangers: [
      "jump: the jump of 100 points exceeds policy maxStep (25)",
      "widening: the flag is protected: every widening needs an acknowledgement",
    ],
  },
  {
    is: "as is another value of the answer when it is off",
    before: aColourFlag({ key: "button", protected: true, enabled: false }),
    after: aColourFlag({ key: "button", protected: true, enabled: false, variants: OTHER_VALUES }),
    dangers: [
      "jump: the jump of 100 points exceeds policy maxStep (25)",
      "widening: the flag is protected: every widening needs an acknowledgement",
    ],
  },
  {
    is: "another salt deals everyone again",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(10), salt: "checkout-2" }),
    dangers: ['reshuffle: the salt changes from "checkout" to "checkout-2": every subject gets a new bucket'],
  },
  {
    is: "another salt moves nobody where nothing is dealt",
    before: flag({}),
    after: flag({ salt: "checkout-2" }),
    dangers: [],
  },
  {
    is: "another subject attribute deals again",
    before: flag({ rollout: percentage(10) }),
    after: flag({ rollout: percentage(10, "sessionId") }),
    dangers: ["reshuffle: the default rollout counts subjects by sessionId instead of userId"],
  },
  {
    is: "another order of a split moves people",
    before: aColourFlag({ key: "button", serve: split({ blue: 50, green: 50 }) }),
    after: aColourFlag({ key: "button", serve: split({ green: 50, blue: 50 }) }),
    dangers: [
      "jump: the jump of 100 points exceeds policy maxStep (25)",
      "reshuffle: the split of the default rollout changes: subjects move between its variants",
    ],
  },
  {
    is: "every widening of a protected flag is asked about, small ones too",
    before: flag({ protected: true, rollout: percentage(10) }),
    after: flag({ protected: true, rollout: percentage(11) }),
    dangers: ["widening: the flag is protected: every widening needs an acknowledgement"],
  },
  {
    is: "taking the protection away in the same change does not help",
    before: flag({ protected: true, rollout: percentage(10) }),
    after: flag({ rollout: percentage(11) }),
    dangers: ["widening: the flag is protected: every widening needs an acknowledgement"],
  },
  {
    is: "prose is no widening",
    before: flag({ protected: true }),
    after: flag({ protected: true, description: "better said" }),
    dangers: [],
  },
];

describe("what needs an acknowledgement", () => {
  test.each(CASES)("$is", ({ before, after, dangers }) => {
    expect(needsOfEdit(before, after, { attributes: ATTRIBUTES }).map(({ code, text }) => `${code}: ${text}`)).toEqual(
      dangers,
    );
  });

  test("a jump of one point is in the singular", () => {
    const [before, after] = [flag({ rollout: percentage(1) }), flag({ rollout: percentage(2) })];
    const [need] = needsOfEdit(before, after, { maxStep: 500 });
    expect(need?.text).toBe("the jump of 1 point exceeds policy maxStep (0.5)");
  });

  test("without a policy no jump is reported", () => {
    expect(needsOfEdit(flag({ enabled: false }), flag({}), { maxStep: null })).toEqual([]);
  });
});

describe("narrowing", () => {
  const staffOff = aRule({ name: "not for staff", when: isOneOf("userRole", "admin"), serve: { variant: "off" } });
  test("lowering a rule that serves the off variant is not a narrowing, because its people are included by other rules", () => {
    const before = flag({ rules: [{ ...staffOff, portion: portion(50) }] });
    const after = flag({ rules: [{ ...staffOff, portion: portion(10) }] });
    expect(effectOf(before, after)).toBe("raises");
  });

  test("removing a rule is not a narrowing, because its people continue to the next rule", () => {
    expect(effectOf(flag({ rules: [staffOff] }), flag({}))).toBe("raises");
  });

  test("lowering a rule that serves on is a narrowing", () => {
    const before = flag({ rules: [aRule({ portion: portion(50) })], rollout: percentage(0) });
    const after = flag({ rules: [aRule({ portion: portion(10) })], rollout: percentage(0) });
    expect(effectOf(before, after)).toBe("lowers");
  });
});
