import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import type { Condition } from "../../../src/core/flag/condition.ts";
import type { EvaluationContext } from "../../../src/core/evaluate/evaluation.ts";
import type { Flag } from "../../../src/core/flag/flag.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import { flagTypeOf } from "../../../src/core/evaluate/outcome.ts";
import { trace } from "../../../src/core/evaluate/trace.ts";
import { context, flags, KEYS } from "../../support/arbitrary.ts";
import {
  aColourFlag,
  aFlag,
  aRule,
  flagMap,
  flagSet,
  isOneOf,
  matches,
  percentage,
  split,
} from "../../support/flags.ts";

const staffOnly = aFlag({
  key: "staff_only",
  rules: [aRule({ when: isOneOf("userRole", "admin") })],
  rollout: percentage(0),
});

describe("a context that cannot be read", () => {
  const throws = (thrown: unknown) => ({
    get userRole(): string {
      throw thrown;
    },
  });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const nasty = new Proxy(new Error("x"), {
    get: () => {
      throw new Error("again");
    },
  });

  test.each([
    ["a getter that throws", throws(new Error("no session")), ": no session"],
    ["a getter that throws a text", throws("no session"), ""],
    ["a getter that throws something that throws", throws(nasty), ""],
    ["a revoked proxy", revoked.proxy, ": Cannot perform 'getOwnPropertyDescriptor' on a proxy that has been revoked"],
  ])("%s is GENERAL with the caller's default, in both evaluators", (_name, odd, why) => {
    const set = compileFlags({ flags: [staffOnly], revision: 57 });
    const expected = {
      flagKey: "staff_only",
      value: true,
      reason: "ERROR",
      errorCode: "GENERAL",
      errorMessage: `an attribute of the context could not be read${why}`,
      metadata: { revision: 57 },
    };
    expect(set.evaluate("staff_only", odd as EvaluationContext, true)).toStrictEqual(expected);
    expect(set.isOn("staff_only", odd as EvaluationContext)).toBe(false);
    const { evaluation } = trace(flagMap([staffOnly]), "staff_only", odd, { revision: 57 });
    expect(evaluation).toStrictEqual({ ...expected, value: null });
  });

  test("affects only flags that read the attribute", () => {
    const { evaluate } = flagSet(aFlag({ key: "for_all" }), aFlag({ ...staffOnly, key: "dead", enabled: false }));
    expect(evaluate("for_all", throws(1)).value).toBe(true);
    expect(evaluate("dead", throws(1)).reason).toBe("DISABLED");
  });

  test.each([undefined, null, "text", 42, true, Symbol("s"), () => 1])(
    "%s in place of a context is an empty one",
    (odd) => {
      const set = flagSet(staffOnly, aFlag({ key: "half", rollout: percentage(50) }));
      const given = odd as unknown as EvaluationContext;
      expect(set.evaluate("half", given)).toEqual(set.evaluate("half", {}));
      expect(set.evaluate("staff_only", given)).toEqual(set.evaluate("staff_only", {}));
    },
  );

  test.each([undefined, null, 42, Symbol("s"), {}, [], "__proto__", "constructor", ""])(
    "%s in place of a key is an unknown flag",
    (odd) => {
      const answer = flagSet(staffOnly).evaluate(odd as string, {}, "grey");
      expect(answer).toMatchObject({ value: "grey", errorCode: "FLAG_NOT_FOUND" });
      expect(flagSet(staffOnly).isOn(odd as string, {})).toBe(false);
    },
  );
});

test("only a context's own members are attributes, even if Object.prototype was polluted", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype["userRole"] = "admin";
  try {
    expect(flagSet(staffOnly).isOn("staff_only", {})).toBe(false);
    expect(flagSet(staffOnly).isOn("staff_only", Object.create({ userRole: "admin" }) as EvaluationContext)).toBe(
      false,
    );
  } finally {
    delete prototype["userRole"];
  }
});

test("dates are accepted by before and after only", () => {
  const set = flagSet(
    aFlag({
      key: "new",
      rules: [aRule({ when: matches("since", { op: "after", value: "2027-03-01" }) })],
      rollout: percentage(0),
    }),
    aFlag({
      key: "not_new",
      rules: [aRule({ when: matches("since", { op: "not", values: ["x"] }) })],
      rollout: percentage(0),
    }),
  );
  const answers = (since: unknown) => [set.isOn("new", { since }), set.isOn("not_new", { since })];
  expect(answers(new Date("2027-03-01T00:00:00.001Z"))).toEqual([true, false]);
  expect(answers(new Date("2027-03-01T00:00:00Z"))).toEqual([false, false]);
  expect(answers([new Date(0), new Date("2028-01-01T00:00:00Z")])).toEqual([true, false]);
  expect(answers(new Date(Number.NaN))).toEqual([false, false]);
});

describe("requirements", () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, n) =>
      aFlag({ key: `f${n}`, requires: n + 1 < length ? [{ flag: `f${n + 1}`, variants: ["on"] }] : [] }),
    );

  test("the answer of a flag does not depend on the flag that requires it: the limit is ten steps from any start", () => {
    const set = flagSet(...chain(30));
    const isOn = Array.from({ length: 30 }, (_, n) => set.isOn(`f${n}`, {}));
    expect(isOn).toEqual(Array.from({ length: 30 }, (_, n) => n >= 19));
  });

  test("a chain of 20,000 flags and a cycle of 20,000 flags do not overflow the stack", () => {
    const flags = chain(20_000);
    expect(flagSet(...flags).isOn("f0", {})).toBe(false);
    const circle = [...flags.slice(0, -1), aFlag({ key: "f19999", requires: [{ flag: "f0", variants: ["on"] }] })];
    expect(flagSet(...circle).isOn("f19999", {})).toBe(false);
    expect(trace(flagMap(circle), "f0", {}).evaluation.value).toBe(false);
  });

  test("required flags are evaluated once each, not once per path", () => {
    let asked = 0;
    const layers = Array.from({ length: 10 }, (_, layer) =>
      Array.from({ length: 6 }, (_, n) =>
        aFlag({
          key: `l${layer}_${n}`,
          rules: [aRule({ when: isOneOf("userRole", "admin") })],
          requires:
            layer === 9
              ? []
              : Array.from({ length: 6 }, (_, other) => ({ flag: `l${layer + 1}_${other}`, variants: ["on"] })),
        }),
      ),
    ).flat();
    const context = {
      get userRole() {
        asked += 1;
        return "admin";
      },
    };
    expect(flagSet(...layers).isOn("l0_0", context)).toBe(true);
    expect(asked).toBe(9 * 6 + 1);
    expect(trace(flagMap(layers), "l0_0", context).evaluation.value).toBe(true);
  });
});

describe("a flag that cannot be evaluated", () => {
  const broken: readonly (readonly [string, Flag])[] = [
    ['flag "x" has no variant "blue"', aFlag({ key: "x", rules: [aRule({ serve: { variant: "blue" } })] })],
    ['flag "x" has no variant "toString"', aFlag({ key: "x", serve: { variant: "toString" } })],
    ['a split of flag "x" does not add up to 100 %', aFlag({ key: "x", serve: split({ on: 50, off: 49 }) })],
  ];
  test.each(broken)("%s: PARSE_ERROR with the caller's default, and the other flags answer", (errorMessage, flag) => {
    const set = flagSet(
      flag,
      aFlag({ key: "y" }),
      aFlag({ key: "z", requires: [{ flag: "x", variants: ["on", "off"] }] }),
    );
    const expected = {
      flagKey: "x",
      value: true,
      reason: "ERROR",
      errorCode: "PARSE_ERROR",
      errorMessage,
      metadata: {},
    };
    expect(set.evaluate("x", {}, true)).toStrictEqual(expected);
    expect(trace(flagMap([flag]), "x", {}).evaluation).toStrictEqual({ ...expected, value: null });
    expect([set.isOn("x", {}), set.isOn("y", {}), set.isOn("z", {})]).toEqual([false, true, false]);
  });

  test("a condition that is too deep for the stack affects only its own flag", () => {
    let when = isOneOf("userRole", "admin");
    for (let depth = 0; depth < 50_000; depth += 1) when = { op: "none", of: [when] };
    const set = flagSet(aFlag({ key: "x", rules: [aRule({ when })] }), aFlag({ key: "y" }));
    expect(set.evaluate("x", {}, false).reason).toBe("ERROR");
    expect(set.isOn("y", {})).toBe(true);
  });
});

test("answers and their values are shared and frozen, and the given flag is not frozen", () => {
  const value = { limits: [1, 2] };
  const flag = aFlag({
    key: "x",
    type: "object",
    variants: { full: value },
    offVariant: "full",
    fallback: "full",
    serve: { variant: "full" },
  });
  const set = flagSet(flag);
  const answer = set.evaluate("x", {});
  expect(set.evaluate("x", {})).toBe(answer);
  const served = answer.value as { limits: number[] };
  expect(() => served.limits.push(3)).toThrow(TypeError);
  expect(Object.isFrozen(answer.metadata)).toBe(true);
  value.limits.push(3);
  expect(set.evaluate("x", {}).value).toEqual({ limits: [1, 2] });
});

test("keys are those of live flags, in order", () => {
  const definitions = { d: aColourFlag({ key: "d" }) };
  const set = compileFlags({ flags: ["b", "a-z", "a_b"].map((key) => aFlag({ key })), archived: ["c"], definitions });
  expect(set.keys()).toEqual(["a-z", "a_b", "b"]);
});

test("an invalid context never makes an evaluation throw or change its type", () => {
  const numRuns = process.env["FULL"] ? 40_000 : 2_000;
  const defaults: readonly JsonValue[] = [true, "grey", 7, { a: 1 }];
  const contexts = fc.array(fc.oneof(context, fc.object({ withDate: true, withBigInt: true, withMap: true })), {
    minLength: 25,
    maxLength: 25,
  });
  fc.assert(
    fc.property(flags, contexts, (flags, contexts) => {
      const set = compileFlags({ flags });
      for (const odd of contexts) {
        for (const key of KEYS) {
          for (const defaultValue of defaults) {
            const answer = set.evaluate(key, odd, defaultValue);
            if (flagTypeOf(answer.value) !== flagTypeOf(defaultValue))
              throw new Error(`${key}: ${JSON.stringify(answer)}`);
            if (answer.errorCode === "GENERAL") throw new Error(answer.errorMessage);
          }
        }
      }
    }),
    { numRuns },
  );
}, 600_000);

test("a flag that overflowed the stack is compiled by a later call from a shallower stack", () => {
  const deep = Array.from({ length: 1_000 }).reduce<Condition>(
    (inner) => ({ op: "none", of: [inner] }),
    isOneOf("userRole", "admin"),
  );
  const set = compileFlags({ flags: [aFlag({ key: "deep", rules: [aRule({ when: deep })], rollout: percentage(0) })] });
  const askedFrom = (levels: number): string | undefined =>
    levels === 0 ? set.evaluate("deep", { userRole: "mechanic" }).errorCode : askedFrom(levels - 1);
  const nearTheEnd = (): string | undefined => {
    for (let levels = 16_000; levels > 0; levels = Math.floor(levels * 0.9)) {
      try {
        return askedFrom(levels);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return undefined;
  };
  expect(["PARSE_ERROR", "GENERAL"]).toContain(nearTheEnd());
  expect(set.evaluate("deep", { userRole: "admin" })).toMatchObject({ reason: "TARGETING_MATCH" });
});
