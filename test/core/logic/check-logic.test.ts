import fc from "fast-check";
import { expect, test } from "vitest";
import { impliesByForm } from "../../../src/core/logic/by-form.ts";
import { canNeverHold, holdsForEveryone } from "../../../src/core/logic/check-logic.ts";
import { logicSpace, audience } from "../../../src/core/logic/space.ts";
import { parseCondition } from "../../../src/core/row/condition-json.ts";
import type { Condition } from "../../../src/core/flag/condition.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { workFor } from "../../../src/core/work.ts";
import { matcher } from "../../../src/core/evaluate/matcher.ts";
import { condition, context } from "../../support/arbitrary.ts";

const ROUNDS = process.env["FULL"] === "1" ? 200_000 : 5_000;
const SEED = Number(process.env["SEED"] ?? 20_270_301);

/** What either way finds out: how the conditions are written, or whether a context can meet one and not the other. */
function implies(a: Condition, b: Condition): boolean {
  if (impliesByForm(a, b, workFor(1).checks)) return true;
  const { inAudience, isPossible } = logicSpace(workFor(1).checks);
  return isPossible([inAudience(audience(a), true), inAudience(audience(b), false)]) === false;
}

/** Conditions that have something to do with each other, or random pairs would hardly ever be certain. */
const related: fc.Arbitrary<readonly [Condition, Condition]> = fc
  .tuple(condition, condition, fc.integer({ min: 0, max: 7 }))
  .map(([a, b, way]): readonly [Condition, Condition] => {
    switch (way) {
      case 0:
        return [{ op: "all", of: [a, b] }, b];
      case 1:
        return [a, { op: "any", of: [b, a] }];
      case 2:
        return [{ op: "any", of: [a, a] }, a];
      case 3:
        return [
          a,
          {
            op: "segment",
            anyOf: [
              { name: "s", when: a },
              { name: "t", when: b },
            ],
          },
        ];
      case 4:
        return [weakened(a), a];
      case 5:
        return [a, weakened(a)];
      default:
        return [a, b];
    }
  });

/** Drops the last value of every list and the last test of every match, so that something a little different stands there. */
function weakened(whole: Condition): Condition {
  if (whole.op === "segment")
    return { op: "segment", anyOf: whole.anyOf.map(({ name, when }) => ({ name, when: weakened(when) })) };
  if (whole.op !== "match") return { op: whole.op, of: whole.of.map(weakened) };
  const kept = whole.tests.length > 1 ? whole.tests.slice(0, -1) : whole.tests;
  const tests = kept.map((each) => {
    if (each.op !== "in" && each.op !== "not") return each;
    return { op: each.op, values: each.values.length > 1 ? each.values.slice(0, -1) : each.values };
  });
  return { op: "match", attribute: whole.attribute, tests };
}

test(`a context that meets a condition meets every implied condition (seed ${SEED}, ${ROUNDS} rounds)`, () => {
  let certain = 0;
  fc.assert(
    fc.property(related, fc.array(context, { minLength: 1, maxLength: 8 }), ([a, b], contexts) => {
      if (!implies(a, b)) return;
      certain += 1;
      const [meetsA, meetsB] = [matcher(a), matcher(b)];
      for (const each of contexts) if (meetsA(each) === true) expect(meetsB(each)).toBe(true);
    }),
    { seed: SEED, numRuns: ROUNDS },
  );
  expect(certain).toBeGreaterThan(ROUNDS / 20);
});

test(`no context meets a condition that never holds, and every context one that always holds (seed ${SEED}, ${ROUNDS} rounds)`, () => {
  let certain = 0;
  fc.assert(
    fc.property(condition, condition, fc.array(context, { minLength: 1, maxLength: 8 }), (a, b, contexts) => {
      const whole: Condition = { op: "all", of: [a, { op: "none", of: [b, a] }] };
      for (const each of [a, whole]) {
        const meets = matcher(each);
        if (canNeverHold(each, workFor(1).checks)) {
          certain += 1;
          for (const one of contexts) expect(meets(one)).not.toBe(true);
        }
        if (holdsForEveryone(each, workFor(1).checks)) for (const one of contexts) expect(meets(one)).toBe(true);
      }
    }),
    { seed: SEED, numRuns: ROUNDS },
  );
  expect(certain).toBeGreaterThan(ROUNDS / 20);
});

const CERTAIN: readonly (readonly [JsonObject, JsonObject])[] = [
  [{ a: "x" }, { a: ["x", "y"] }],
  [{ a: ["x", "y"], b: 1 }, { a: ["x", "y", "z"] }],
  [{ a: { not: ["x", "y"] } }, { a: { not: "x" } }],
  [{ a: { gt: 5 } }, { a: { gte: 5 } }],
  [{ a: { gt: 5, lt: 9 } }, { a: { gt: 3 } }],
  [{ a: "x" }, { a: { exists: true } }],
  [{ a: { semver: "^6.1" } }, { a: { semver: ">=5.5" } }],
  [{ a: { after: "2027-03-01" } }, { a: { after: "2027-02-28T23:00:00Z" } }],
  [{ a: { startsWith: "user-4" } }, { a: { startsWith: ["user-", "x"] } }],
  [{ any: [{ a: "x", b: 1 }, { a: "y" }] }, { a: ["x", "y"] }],
];

const SAME: readonly (readonly [JsonObject, JsonObject])[] = [
  [{ any: [{ a: "x" }, { a: "y" }] }, { a: ["x", "y"] }],
  [{ none: [{ a: "x" }, { a: "y" }] }, { a: { not: ["x", "y"] } }],
  [{ a: { semver: ">=5.0.0-0 <6.0.0-0" } }, { a: { semver: "5.x || 5.2" } }],
  [{ a: { contains: ["b", "abc"] } }, { a: { contains: "b" } }],
];

test.each(SAME)("%j and %j are equivalent", (a, b) => {
  const [one, other] = [parseCondition(a), parseCondition(b)];
  expect([implies(one, other), implies(other, one)]).toEqual([true, true]);
});

test.each(CERTAIN)("%j implies %j, but not vice versa", (a, b) => {
  const [narrow, wide] = [parseCondition(a), parseCondition(b)];
  expect([implies(narrow, wide), implies(wide, narrow)]).toEqual([true, false]);
});

test('a condition with thousands of parts quickly returns "not certain"', () => {
  const parts = Array.from({ length: 3000 }, (_, n): Condition => ({ op: "any", of: [leaf(n), leaf(n + 1)] }));
  const wide: Condition = { op: "any", of: parts };
  expect(implies(wide, { op: "any", of: parts.toReversed() })).toBe(false);
  expect(canNeverHold({ op: "all", of: [...parts, { op: "none", of: parts.slice(0, 10) }] }, workFor(1).checks)).toBe(
    true,
  );
});

function leaf(n: number): Condition {
  return { op: "match", attribute: `a${n}`, tests: [{ op: "in", values: [n] }] };
}
