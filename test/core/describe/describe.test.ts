import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import type { Condition } from "../../../src/core/flag/condition.ts";
import { traceCondition } from "../../../src/core/evaluate/condition-trace.ts";
import { conditionJson, parseCondition } from "../../../src/core/row/condition-json.ts";
import { describeFlag } from "../../../src/core/describe/describe.ts";
import { whoText } from "../../../src/core/describe/describe-condition.ts";
import { wordingFor } from "../../../src/core/describe/describe-segments.ts";
import { valueText } from "../../../src/core/matcher/operand-text.ts";
import type { EvaluationContext } from "../../../src/core/evaluate/evaluation.ts";
import type { Flag } from "../../../src/core/flag/flag.ts";
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../../src/core/json.ts";
import { condition, context, flagNamed } from "../../support/arbitrary.ts";
import { aColourFlag, aFlag, aRule, isOneOf, percentage, portion, split } from "../../support/flags.ts";

const SIZE = process.env["FULL"] === "1" ? 60_000 : 6_000;
const SEED = Number(process.env["SEED"] ?? 20_261_101);

const STAFF: Condition = { op: "segment", anyOf: [{ name: "staff", when: isOneOf("userRole", "admin") }] };
const who = (json: JsonObject, most = 5) =>
  whoText(parseCondition(json, segment), { most, nameOf: ({ name }) => name });
const segment = (): Condition => isOneOf("userRole", "admin");
const sentence = (flag: Flag) => describeFlag(flag).text;

describe("a flag in sentences", () => {
  test("every word of a description is quoted where it is a value", () => {
    const isText = (key: string) => !["semver", "before", "after"].includes(key);
    const plain = (json: JsonValue, key = ""): JsonValue => {
      if (typeof json === "string") return isText(key) ? "Zz" : json;
      if (isList(json)) return json.map((item) => plain(item, key));
      if (!isJsonObject(json)) return json;
      return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, plain(value, name)]));
    };
    const words = new Set<string>();
    for (const sampled of fc.sample(condition, { numRuns: 2_000, seed: SEED })) {
      const text = who(JSON.parse(JSON.stringify(plain(conditionJson(sampled)))), 2);
      const bare = text.replaceAll(/`[^`]*`|"(?:[^"\\]|\\.)*"/g, " ");
      for (const word of bare.match(/(?<![\w.:-])[a-z]+(?![\w.:-])/g) ?? []) words.add(word);
    }
    expect(words.size).toBeGreaterThan(30);
    const names = ["age", "kind", "beta", "staff"];
    expect([...words].filter((word) => valueText(word) === word && !names.includes(word))).toEqual([]);
  });

  test("rules in their order, then everyone else", () => {
    const beta = parseCondition({ postalCode: ["M5V", "M5G", "M4Y"], appVersion: { semver: ">=5.5" } });
    const flag = aFlag({
      key: "workshop_routing",
      rules: [aRule({ when: STAFF }), aRule({ when: beta, portion: portion(25) })],
      rollout: percentage(10),
    });
    expect(describeFlag(flag)).toEqual({
      text: "On for staff. On for 25 % of people in M5V, M5G or M4Y on app 5.5 or newer. On for 10 % of everyone else.",
      segments: [{ name: "staff", text: "people whose userRole is admin" }],
    });
  });

  test.each<[string, Partial<Flag>]>([
    ["Off for everyone.", { enabled: false, rules: [aRule()] }],
    ["Off for everyone.", { rollout: percentage(0) }],
    ["On for everyone.", {}],
    ["On for 0.001 % of everyone.", { rollout: percentage(0.001) }],
    ["On for 50 % (by sessionId) of everyone.", { rollout: percentage(50, "sessionId") }],
    ["On for staff. Off for everyone else.", { rules: [aRule({ when: STAFF })], rollout: percentage(0) }],
    ["Off for staff. On for everyone else.", { rules: [aRule({ when: STAFF, serve: { variant: "off" } })] }],
    [
      "On for people whose userRole is admin or workshop_admin.",
      { rollout: { strategy: "role", roles: ["admin", "workshop_admin"] } },
    ],
    [
      "On for people whose userId is user-42, or of workshop workshop-7 or workshop-9, or in M5V.",
      {
        rollout: {
          strategy: "whitelist",
          lists: { userId: ["user-42"], workshopId: ["workshop-7", "workshop-9"], postalCode: ["M5V"] },
        },
      },
    ],
    [
      "On for people whose userId is user-0, user-1, user-2, user-3, user-4 or 45 others.",
      {
        rollout: { strategy: "whitelist", lists: { userId: Array.from({ length: 50 }, (_, n) => `user-${n}`) } },
      },
    ],
    [
      "On for staff. On for everyone else whose userRole is mechanic.",
      { rules: [aRule({ when: STAFF })], rollout: { strategy: "role", roles: ["mechanic"] } },
    ],
    ["Off for everyone.", { rollout: { strategy: "role", roles: [] } }],
    [
      "On for everyone. Only while workshop_routing serves on and checkout_button serves blue or green.",
      {
        requires: [
          { flag: "workshop_routing", variants: ["on"] },
          { flag: "checkout_button", variants: ["blue", "green"] },
        ],
      },
    ],
    ["On for 10 % of everyone. Shares use the buckets of old_name.", { rollout: percentage(10), salt: "old_name" }],
    ["On for everyone.", { salt: "old_name" }],
  ])("%s", (text, wanted) => {
    expect(sentence(aFlag({ key: "workshop_payments", ...wanted }))).toBe(text);
  });

  test.each<[string, Partial<Flag>]>([
    ["Serves blue to everyone.", {}],
    ["Serves control to everyone.", { enabled: false }],
    [
      "Serves green to staff. Serves control (34 %), blue (33.333 %), green (32.667 %) to 20 % of everyone else. Serves control to all others.",
      {
        rules: [aRule({ when: STAFF, serve: { variant: "green" } })],
        rollout: percentage(20),
        serve: split({ control: 34, blue: 33.333, green: 32.667 }),
      },
    ],
    [
      "Serves blue to everyone. Only while other_flag serves on; else control for everyone.",
      { requires: [{ flag: "other_flag", variants: ["on"] }] },
    ],
  ])("of several variants: %s", (text, wanted) => {
    expect(sentence(aColourFlag({ key: "checkout_button", ...wanted }))).toBe(text);
  });
});

describe("the description of a condition", () => {
  test.each<[string, JsonObject]>([
    ["everyone", {}],
    ["nobody", { any: [] }],
    ["people whose userRole is admin", { userRole: "admin" }],
    ["people whose userRole is other than customer or mechanic", { userRole: { not: ["customer", "mechanic"] } }],
    ["people whose age is 18 or more and below 65", { age: { gte: 18, lt: 65 } }],
    ["people whose age is 18 or more and whose age is below 65", { all: [{ age: { gte: 18 } }, { age: { lt: 65 } }] }],
    ["people whose age is above 17 and 64 or less", { age: { gt: 17, lte: 64 } }],
    ['people whose email ends with "@acme.dev"', { email: { endsWith: "@acme.dev" } }],
    ["people whose name starts with A or B and contains x", { name: { startsWith: ["A", "B"], contains: "x" } }],
    [
      'people whose "since" is after 2026-01-01 and before 2027-03-01',
      { since: { after: "2026-01-01", before: "2027-03-01" } },
    ],
    ["people on app 5.5 or newer", { appVersion: { semver: ">=5.5" } }],
    ["people on app older than 7", { appVersion: { semver: "<7" } }],
    ['people on app in the range ">=5.5 <7"', { appVersion: { semver: ">=5.5 <7" } }],
    ["people whose sdkVersion is 2.0.1 or newer", { sdkVersion: { semver: ">=2.0.1" } }],
    ["people with accountStatus", { accountStatus: { exists: true } }],
    ["people without accountStatus", { accountStatus: { exists: false } }],
    ["staff on app 5 or newer", { segment: "staff", appVersion: { semver: ">=5" } }],
    ["staff or suspended", { segment: ["staff", "suspended"] }],
    ["staff, or people in M5V", { any: [{ segment: "staff" }, { postalCode: "M5V" }] }],
    ["people known not to be staff", { none: [{ segment: "staff" }] }],
    [
      "people in M5V known not to be (people whose userRole is admin)",
      { postalCode: "M5V", none: [{ userRole: "admin" }] },
    ],
    [
      "people whose userRole is admin and who are (without accountStatus, or known not to be staff)",
      { userRole: "admin", any: [{ accountStatus: { exists: false } }, { none: [{ segment: "staff" }] }] },
    ],
    ["people whose userRole is admin and who have no age", { userRole: "admin", age: { exists: false } }],
    ["people known to be none of (staff; people in M5V)", { none: [{ segment: "staff" }, { postalCode: "M5V" }] }],
    [
      "people of workshop workshop-7 and (in M5V whose age is below 30, or without age)",
      { workshopId: "workshop-7", any: [{ postalCode: "M5V", age: { lt: 30 } }, { age: { exists: false } }] },
    ],
    ['people whose code is 42, "42" or true', { code: [42, "42", true] }],
    ['people whose word is "or", "a, b" or ""', { word: ["or", "a, b", ""] }],
  ])("%s", (text, json) => {
    expect(who(json)).toBe(text);
  });

  test("a share of several groups puts them in brackets", () => {
    const either: Condition = { op: "any", of: [STAFF, isOneOf("postalCode", "M5V")] };
    const flag = aFlag({ key: "a", rules: [aRule({ when: either, portion: portion(5) })], rollout: percentage(0) });
    expect(sentence(flag)).toBe("On for 5 % of (staff, or people in M5V). Off for everyone else.");
  });

  test("two segments with the same name are distinguished", () => {
    const other: Condition = { op: "segment", anyOf: [{ name: "staff", when: isOneOf("userRole", "mechanic") }] };
    const flag = aFlag({ key: "a", rules: [aRule({ when: STAFF }), aRule({ when: other })] });
    expect(describeFlag(flag)).toEqual({
      text: "On for staff. On for staff#2. On for everyone else.",
      segments: [
        { name: "staff", text: "people whose userRole is admin" },
        { name: "staff#2", text: "people whose userRole is mechanic" },
      ],
    });
  });

  test("a list is cut only if that is shorter, and states how many items are missing", () => {
    const ids = (count: number) => ({ userId: Array.from({ length: count }, (_, n) => `user-${n}`) });
    expect(who(ids(4), 3)).toBe("people whose userId is user-0, user-1, user-2 or user-3");
    expect(who(ids(5), 3)).toBe("people whose userId is user-0, user-1, user-2 or 2 others");
    expect(who(ids(5), Infinity)).toContain("user-4");
  });
});

describe("exactness", () => {
  const contexts = fc.sample(context, { numRuns: 60, seed: SEED });

  test(`conditions with the same description have the same result (${SIZE} of seed ${SEED})`, () => {
    const known = new Map<string, Condition>();
    for (const drawn of fc.sample(condition, { numRuns: SIZE, seed: SEED })) {
      const { wording, segments } = wordingFor([drawn], { most: Infinity });
      const text = JSON.stringify([whoText(drawn, wording), segments()]);
      const before = known.get(text);
      if (before === undefined) known.set(text, drawn);
      else for (const each of contexts) expect(outcome(drawn, each), text).toBe(outcome(before, each));
    }
    expect(known.size).toBeGreaterThan(SIZE / 10);
  });

  test(`flags with the same description have the same answers (${SIZE / 2} of seed ${SEED})`, () => {
    const known = new Map<string, Flag>();
    for (const drawn of fc.sample(flagNamed("alpha"), { numRuns: SIZE / 2, seed: SEED })) {
      const text = JSON.stringify(describeFlag(drawn, { most: Infinity }));
      const before = known.get(text);
      if (before === undefined) known.set(text, drawn);
      // Of one type: the sentence says which variants, not what stands behind their names.
      else if (before.type === drawn.type)
        for (const each of contexts) expect(variant(drawn, each), text).toBe(variant(before, each));
    }
    expect(known.size).toBeGreaterThan(SIZE / 5);
  });

  test("every attribute and every value of a condition is in its text", () => {
    for (const drawn of fc.sample(condition, { numRuns: 500, seed: SEED })) {
      const { wording, segments } = wordingFor([drawn], { most: Infinity });
      const text = [whoText(drawn, wording), ...segments().map((each) => each.text)].join("\n");
      for (const word of wordsOf(drawn)) expect(text).toContain(word);
    }
  });

  test("a flag that differs in one part has a different description", () => {
    const flag = aFlag({
      key: "a",
      rules: [aRule({ when: { op: "all", of: [STAFF, isOneOf("age", 1)] }, portion: portion(25) })],
      rollout: percentage(10),
      requires: [{ flag: "b", variants: ["on"] }],
    });
    const [rule] = flag.rules;
    if (rule === undefined) throw new Error("the flag has a rule");
    const withRule = (wanted: Partial<typeof rule>): Flag => ({ ...flag, rules: [{ ...rule, ...wanted }] });
    const others: readonly Flag[] = [
      { ...flag, enabled: false },
      { ...flag, rollout: percentage(10.001) },
      { ...flag, rollout: percentage(10, "sessionId") },
      { ...flag, rollout: { strategy: "all" } },
      { ...flag, serve: { variant: "off" } },
      { ...flag, serve: split({ on: 50, off: 50 }) },
      { ...flag, offVariant: "on" },
      { ...flag, salt: "c" },
      { ...flag, requires: [] },
      { ...flag, requires: [{ flag: "b", variants: ["off"] }] },
      { ...flag, requires: [{ flag: "c", variants: ["on"] }] },
      { ...flag, rules: [] },
      { ...flag, rules: [rule, rule] },
      withRule({ portion: null }),
      withRule({ portion: portion(25, "sessionId") }),
      withRule({ serve: { variant: "off" } }),
      withRule({ when: STAFF }),
      withRule({ when: isOneOf("age", 1) }),
      withRule({ when: { op: "any", of: [STAFF, isOneOf("age", 1)] } }),
      withRule({ when: { op: "none", of: [STAFF, isOneOf("age", 1)] } }),
      withRule({ when: { op: "all", of: [STAFF, isOneOf("age", "1")] } }),
      withRule({ when: { op: "all", of: [STAFF, isOneOf("Age", 1)] } }),
    ];
    const texts = [flag, ...others].map((each) => JSON.stringify(describeFlag(each)));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

function outcome(of: Condition, context: EvaluationContext): boolean {
  return traceCondition(of, context).outcome === true;
}

function variant(flag: Flag, context: EvaluationContext): string | undefined {
  return compileFlags({ flags: [flag] }).evaluate(flag.key, context).variant;
}

/** Everything that a condition names. */
function wordsOf(of: Condition): readonly string[] {
  if (of.op === "segment") return of.anyOf.flatMap(({ name, when }) => [name, ...wordsOf(when)]);
  if (of.op !== "match") return of.of.flatMap(wordsOf);
  const values = of.tests.flatMap((test) => {
    if ("values" in test) return test.values.map(valueText);
    if (test.op === "semver") return [test.range.replace(/^(>=|<)(?=[\d.]+$)/, "")];
    return test.op === "exists" ? [] : [valueText(test.value)];
  });
  return of.attribute === "appVersion" ? values : [valueText(of.attribute), ...values];
}
