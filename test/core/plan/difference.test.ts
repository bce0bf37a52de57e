import { expect, test } from "vitest";
import { differences } from "../../../src/core/plan/difference.ts";
import { aFlag, aRule, isOneOf, percentage, portion } from "../../support/flags.ts";

const flag = aFlag({ key: "a", rules: [aRule({ name: "beta", when: isOneOf("postalCode", "M5V") })] });
const kinds = (before: Partial<typeof flag>, after: Partial<typeof flag>) =>
  differences({ ...flag, ...before }, { ...flag, ...after }).map(({ kind }) => kind);
const rule = flag.rules[0]!;
const roles = (...names: string[]) => ({ strategy: "role", roles: names }) as const;

test.each([
  [["enabled"], { enabled: false }, {}],
  [["disabled"], {}, { enabled: false }],
  [["default-rollout"], { rollout: percentage(10) }, { rollout: percentage(25) }],
  [["default-rollout"], { rollout: percentage(10) }, { rollout: roles("admin") }],
  [["default-rollout-list"], { rollout: roles("admin") }, { rollout: roles("admin", "staff") }],
  [["rule-added"], { rules: [] }, {}],
  [["rule-removed"], {}, { rules: [] }],
  [["rule-condition"], {}, { rules: [{ ...rule, when: isOneOf("postalCode", "M5G") }] }],
  [["rule-share"], {}, { rules: [{ ...rule, portion: portion(25) }] }],
  [["rule-serve"], {}, { rules: [{ ...rule, serve: { variant: "off" } }] }],
  [["requires"], {}, { requires: [{ flag: "b", variants: ["on"] }] }],
  [["fallback"], {}, { fallback: "on" }],
  [["salt"], {}, { salt: "other" }],
  [["client"], {}, { client: true }],
  [["protected"], {}, { protected: true }],
  [["disabled", "default-rollout", "salt"], {}, { enabled: false, rollout: percentage(5), salt: "other" }],
] as const)("%j", (expected, before, after) => {
  expect(kinds(before, after)).toEqual(expected);
});

test("moved rules are reported as reordered, not as removed and added", () => {
  const other = aRule({ name: "staff" });
  expect(differences({ ...flag, rules: [rule, other] }, { ...flag, rules: [other, rule] })).toEqual([
    { kind: "rules-reordered", names: ["staff", "beta"] },
  ]);
});

test("changed members of a segment are distinguished from the rest of a condition", () => {
  const using = (...codes: string[]) => ({
    ...flag,
    rules: [
      {
        ...rule,
        when: { op: "segment" as const, anyOf: [{ name: "beta_cities", when: isOneOf("postalCode", ...codes) }] },
      },
    ],
  });
  expect(differences(using("M5V"), using("M5V", "M5G"))).toEqual([
    { kind: "segment", rule: "beta", segments: ["beta_cities"] },
  ]);
});

test("changed descriptive fields are named individually", () => {
  expect(differences(flag, { ...flag, description: "new", owner: "team-a" })).toEqual([
    { kind: "prose", fields: ["description", "owner"] },
  ]);
});
