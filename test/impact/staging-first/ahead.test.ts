import fc from "fast-check";
import { expect, test } from "vitest";
import { compileFlags } from "../../../src/core/evaluate/compile.ts";
import { effectOf } from "../../../src/impact/change-kind.ts";
import type { EvaluationContext } from "../../../src/core/evaluate/evaluation.ts";
import { WHOLE, type Flag } from "../../../src/core/flag/flag.ts";
import { type Ahead, aheadOf } from "../../../src/impact/staging-first/ahead.ts";
import { context, flagNamed } from "../../support/arbitrary.ts";
import { aColourFlag, aFlag, aRule, flagMap, isOneOf, matches, percentage, split } from "../../support/flags.ts";
import { needsOfEdit } from "../../support/plans.ts";

const KEY = "alpha";
const RUNS = process.env["FULL"] === "1" ? 600 : 40;

/** Whether a change from one flag to another goes beyond a third, which the environment before has. */
function ahead(before: Flag | null, after: Flag, earlier: Flag | null): Ahead | undefined {
  const [was, is, first] = [before, after, earlier].map((flag) => flagMap(flag === null ? [] : [flag]));
  const found = aheadOf(KEY, { before: was!, after: is!, earlier: first! }, { left: 1_000_000_000 });
  if (found === "unchecked") throw new Error("the budget is spent");
  return found;
}

function variant(flag: Flag | null, who: EvaluationContext): string | undefined {
  return flag === null ? undefined : compileFlags({ flags: [flag] }).evaluate(KEY, who).variant;
}

/** What is served, whoever asks, is one of these: so that one version may stand for what another has. */
const flag = flagNamed(KEY).map((one): Flag => ({ ...one, requires: [] }));
const alike = fc.tuple(flag, flag, flag).map(([a, b, c]): readonly [Flag, Flag, Flag] => {
  const { type, variants, offVariant, fallback, salt } = b;
  const known = new Set(Object.keys(variants));
  const fits = ({ serve }: { serve: Flag["serve"] }) =>
    "variant" in serve ? known.has(serve.variant) : serve.split.every((part) => known.has(part.variant));
  const typed = (one: Flag): Flag => ({
    ...one,
    type,
    variants,
    offVariant,
    fallback,
    salt,
    rules: one.rules.map((rule) => (fits(rule) ? rule : { ...rule, serve: b.serve })),
    serve: fits(one) ? one.serve : b.serve,
  });
  return [typed(a), b, typed(c)];
});

test("every named person would get the variant, did not get it before, and does not get it in the previous environment", () => {
  let found = 0;
  fc.assert(
    fc.property(alike, ([before, after, earlier]) => {
      const result = ahead(before, after, earlier);
      if (result === undefined) return;
      found += 1;
      const { who } = result;
      expect(variant(after, who)).toBe(result.variant);
      expect(result.variant).not.toBe(after.offVariant);
      expect(variant(before, who)).not.toBe(result.variant);
      expect(variant(earlier, who)).not.toBe(result.variant);
    }),
    { numRuns: RUNS },
  );
  expect(found).toBeGreaterThan(0);
});

test("if random people are ahead, the search finds somebody too, in nearly all flags", () => {
  let known = 0;
  let missed = 0;
  fc.assert(
    fc.property(alike, fc.array(context, { minLength: 200, maxLength: 200 }), ([before, after, earlier], people) => {
      const isSplit = [earlier.serve, ...earlier.rules.map(({ serve }) => serve)].some((serve) => "split" in serve);
      if (isSplit || effectOf(before, after) !== "raises") return;
      const isAhead = people.some((who) => {
        const is = variant(after, who);
        return is !== after.offVariant && is !== variant(before, who) && is !== variant(earlier, who);
      });
      if (!isAhead) return;
      known += 1;
      if (ahead(before, after, earlier) === undefined) missed += 1;
    }),
    // How many of them it finds is no property of each: the same flags every time.
    { numRuns: RUNS * 3, seed: 4 },
  );
  expect(known).toBeGreaterThan(RUNS / 10);
  expect(missed / known).toBeLessThanOrEqual(0.04);
});

test("lowering or disabling never violates the policy, whatever the previous environment serves", () => {
  fc.assert(
    fc.property(flag, flag, fc.integer({ min: 0, max: WHOLE }), fc.boolean(), (before, earlier, share, isOff) => {
      for (const after of lowered(before, share, isOff)) {
        if (effectOf(before, after) === "raises") continue;
        expect(ahead(before, after, earlier)).toBeUndefined();
        expect(ahead(before, after, null)).toBeUndefined();
        expect(needsOfEdit({ ...before, protected: true }, { ...after, protected: true }, { maxStep: 0 })).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
});

/** Versions of a flag of which many give less. */
function lowered(flag: Flag, share: number, isOff: boolean): readonly Flag[] {
  const rules = flag.rules.map((rule) => ({
    ...rule,
    portion: rule.portion && { ...rule.portion, share: Math.min(rule.portion.share, share) },
  }));
  const { rollout } = flag;
  const less =
    rollout.strategy === "percentage"
      ? { ...rollout, portion: { ...rollout.portion, share: Math.min(rollout.portion.share, share) } }
      : ({ strategy: "percentage", portion: { share, by: "userId" } } as const);
  return [
    { ...flag, rules },
    { ...flag, rollout: less },
    { ...flag, rules, rollout: less },
    { ...flag, rollout: { strategy: "percentage", portion: { share: 0, by: "userId" } } },
    { ...flag, enabled: !isOff },
    { ...flag, enabled: false, rules: [], salt: "other" },
  ];
}

const off = aFlag({ key: KEY, enabled: false });

test("a thousandth of a percent more than in the previous environment is found", () => {
  const share = (points: number) => aFlag({ key: KEY, rollout: percentage(points) });
  const found = ahead(share(5), share(20.001), share(20));
  expect(found).toMatchObject({ variant: "on", rule: null });
  expect(Object.keys(found?.who ?? {})).toEqual(["userId"]);
  expect(ahead(share(5), share(20), share(20))).toBeUndefined();
});

test("one id in a thousand that the previous environment does not list is found", () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `user-${n}`);
  const listed = (some: readonly string[]) =>
    aFlag({ key: KEY, rollout: { strategy: "whitelist", lists: { userId: some } } });
  expect(ahead(off, listed(ids), listed(ids.toSpliced(617, 1)))?.who).toEqual({ userId: "user-617" });
  expect(ahead(off, listed(ids.toSpliced(617, 1)), listed(ids))).toBeUndefined();
});

test("a rule with three conditions is found, and the person has only those attributes", () => {
  const when = {
    op: "all" as const,
    of: [
      isOneOf("userRole", "admin"),
      matches("appVersion", { op: "semver", range: ">=5.5" }),
      { op: "none" as const, of: [isOneOf("postalCode", "M5V")] },
    ],
  };
  const with3 = aFlag({ key: KEY, rules: [aRule({ when })], rollout: percentage(0) });
  const found = ahead(off, with3, off);
  expect(found?.rule).toBe(0);
  expect(Object.keys(found?.who ?? {}).sort()).toEqual(["appVersion", "postalCode", "userRole"]);
});

test("the requirements of a flag are evaluated in each environment", () => {
  const [needy, base] = [aFlag({ key: KEY, requires: [{ flag: "base", variants: ["on"] }] }), aFlag({ key: "base" })];
  const flags = (isOn: boolean, enabled: boolean) =>
    flagMap([
      { ...needy, enabled },
      { ...base, enabled: isOn },
    ]);
  const [before, after] = [flags(true, false), flags(true, true)];
  expect(aheadOf(KEY, { before, after, earlier: flags(false, true) }, { left: 1_000_000 })).toMatchObject({
    variant: "on",
    who: {},
  });
  expect(aheadOf(KEY, { before, after, earlier: flags(true, true) }, { left: 1_000_000 })).toBeUndefined();
});

test("each variant of a flag must be served in the previous environment, in any share", () => {
  const dealing = (serve: Flag["serve"]) => aColourFlag({ key: KEY, serve });
  const [blue, both] = [dealing({ variant: "blue" }), dealing(split({ blue: 50, green: 50 }))];
  expect(ahead(blue, both, blue)).toMatchObject({ variant: "green" });
  expect(ahead(blue, both, dealing(split({ control: 98, green: 1, blue: 1 })))).toBeUndefined();
  expect(ahead(blue, both, dealing(split({ blue: 100, green: 0 })))).toMatchObject({ variant: "green" });
  expect(ahead(both, dealing({ variant: "control" }), null), "the off variant is no gain").toBeUndefined();
});

test("an existing lead of the environment is not reported for an unrelated change", () => {
  const toronto = aRule({ name: "toronto", when: isOneOf("postalCode", "M5V") });
  const before = aFlag({ key: KEY, rules: [toronto], rollout: percentage(5) });
  expect(ahead(before, { ...before, rollout: percentage(10) }, aFlag({ key: KEY, rollout: percentage(10) }))).toBe(
    undefined,
  );
});
