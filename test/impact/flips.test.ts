import { describe, expect, test } from "vitest";
import { workFor } from "../../src/core/work.ts";
import { bucketOf } from "../../src/core/evaluate/bucket.ts";
import { type Flag, WHOLE } from "../../src/core/flag/flag.ts";
import { contextsFrom } from "../../src/impact/contexts.ts";
import { measureFlips } from "../../src/impact/flips.ts";
import { kindOf } from "../../src/impact/change-kind.ts";
import { generatePopulation } from "../../src/impact/population.ts";
import type { Flips } from "../../src/impact/report.ts";
import { pairOf } from "../../src/impact/flag-changes.ts";
import { trace } from "../../src/core/evaluate/trace.ts";
import { declared } from "../support/attributes.ts";
import { aColourFlag, aFlag, percentage, portion } from "../support/flags.ts";
import { seededRandom } from "../support/random.ts";
import type { DecidedBy } from "../../src/core/describe/decided-by.ts";
import { moveName, truthOf, type Truth } from "./exhaustive.ts";
import { aPair, ATTRIBUTES, KEY, type Pair } from "./random-pairs.ts";

const PAIRS = process.env["FULL"] === "1" ? 1_000 : 150;
const SIZE = 4_000;
const SEED = 20_261_122;

interface Measured {
  readonly pair: Pair;
  readonly flips: Flips;
  readonly truth: Truth;
}

const random = seededRandom(SEED);
const measured = Array.from({ length: PAIRS }, (_, seed): Measured => {
  const pair = aPair(random);
  const flags = [...pair.before.values(), ...pair.after.values()];
  const population = generatePopulation(declared(ATTRIBUTES), flags, { size: SIZE, seed });
  return {
    pair,
    flips: measureFlips({ ...pairOf(KEY, pair), population, budget: { left: Infinity } }),
    truth: truthOf(pair),
  };
});

/** Every share that a report tells or leaves out, beside the truth. */
function sharesOf({ flips, truth }: Measured): readonly { told: number; margin: number; is: number }[] {
  const told = new Map(flips.moves.map((move) => [moveName(move.from, move.to, move.decidedBy), move]));
  const names = [...new Set([...told.keys(), ...truth.moves.keys()])];
  const whole = { told: flips.flipped.share, margin: flips.flipped.margin, is: truth.flipped };
  return [
    whole,
    ...names.map((name) => {
      const { share, margin } = told.get(name) ?? { share: 0, margin: flips.method === "exact" ? 0 : 8 / SIZE };
      return { told: share, margin, is: truth.moves.get(name) ?? 0 };
    }),
  ];
}

test("two ids of one person have independent buckets, also when people are evaluated individually", () => {
  // A share of roles: all people of a role have one bucket, so buckets cannot be counted.
  const required = aFlag({ key: "required_one", rollout: percentage(100, "role") });
  const requires = [{ flag: "required_one", variants: ["on"] }];
  const dealt = (by: string) => aFlag({ key: KEY, requires, rollout: percentage(50, by) });
  const role = { name: "role", type: "string", values: ["a", "b"] } as const;
  for (const type of ["string", "number"] as const) {
    const attributes = ["userId", "sessionId", "deviceId"].map((name) => ({ name, type }));
    const before = new Map([dealt("sessionId"), required].map((flag) => [flag.key, flag]));
    const after = new Map([dealt("deviceId"), required].map((flag) => [flag.key, flag]));
    const flags = [...before.values(), ...after.values()];
    const population = generatePopulation(declared([...attributes, role]), flags, { size: SIZE, seed: 1 });
    const { method, flipped } = measureFlips({
      ...pairOf(KEY, { before, after }),
      population,
      budget: { left: Infinity },
    });
    expect(method).toBe("sampled");
    expect(Math.abs(flipped.share - 0.5)).toBeLessThan(0.05);
  }
});

/** What a change between two versions alone does to made people. */
function flipsOf(before: Flag | null, after: Flag | null, others: readonly Flag[] = [], size = 2_000): Flips {
  const mapOf = (flag: Flag | null) =>
    new Map([...others, ...(flag === null ? [] : [flag])].map((each) => [each.key, each]));
  const sides = { before: mapOf(before), after: mapOf(after) };
  const population = generatePopulation(declared(ATTRIBUTES), [...sides.before.values(), ...sides.after.values()], {
    size,
    seed: 1,
  });
  return measureFlips({ ...pairOf(before?.key ?? after?.key ?? "", sides), population, budget: { left: Infinity } });
}

const DEFAULT_ROLLOUT: DecidedBy = { kind: "default-rollout" };

function exact(
  share: number,
  ...moves: readonly (readonly [string | null, string | null, DecidedBy, number])[]
): Partial<Flips> {
  return {
    method: "exact",
    sample: null,
    flipped: { share, margin: 0 },
    moves: moves.map(([from, to, decidedBy, part]) => ({ from, to, decidedBy, share: part, margin: 0 })),
  };
}

describe("when only buckets decide", () => {
  test("tracing each of the 100,000 buckets gives the exact share", () => {
    const rule = {
      name: "first ones",
      when: { op: "all", of: [] },
      portion: portion(12.345),
      serve: { variant: "on" },
    } as const;
    const before = aFlag({ key: "a", rules: [rule], rollout: percentage(10) });
    const after = aFlag({ key: "a", rollout: percentage(33.333) });
    let count = 0;
    for (let gate = 0; gate < WHOLE; gate += 1) {
      const [was, is] = [before, after].map(
        (flag) => trace(new Map([["a", flag]]), "a", {}, { pins: { gate } }).evaluation,
      );
      if (was?.variant !== is?.variant) count += 1;
    }
    expect(flipsOf(before, after)).toMatchObject(exact(count / WHOLE, ["off", "on", DEFAULT_ROLLOUT, count / WHOLE]));
  });

  test("a rising share moves only the difference, and nobody back", () => {
    const [ten, fifty] = [aFlag({ key: "a", rollout: percentage(10) }), aFlag({ key: "a", rollout: percentage(50) })];
    expect(flipsOf(ten, fifty)).toMatchObject(exact(0.4, ["off", "on", DEFAULT_ROLLOUT, 0.4]));
    expect(flipsOf(fifty, ten)).toMatchObject(exact(0.4, ["on", "off", { kind: "no-match" }, 0.4]));
    expect(flipsOf(ten, { ...ten, enabled: false })).toMatchObject(
      exact(0.1, ["on", "off", { kind: "disabled" }, 0.1]),
    );
  });

  test("a new salt or a new subject reshuffles a share", () => {
    const half = aFlag({ key: "a", rollout: percentage(50) });
    const dealtAnew = exact(0.5, ["off", "on", DEFAULT_ROLLOUT, 0.25], ["on", "off", { kind: "no-match" }, 0.25]);
    expect(flipsOf(half, { ...half, salt: "b" })).toMatchObject(dealtAnew);
    expect(flipsOf(half, { ...half, rollout: percentage(50, "sessionId") })).toMatchObject(dealtAnew);
  });

  test("a split is independent of the share before it", () => {
    const split = (blue: number) => ({
      split: [
        { variant: "blue", share: blue * 1_000 },
        { variant: "green", share: WHOLE - blue * 1_000 },
      ],
    });
    const before = aColourFlag({ key: "a", rollout: percentage(20), serve: split(50) });
    expect(flipsOf(before, { ...before, serve: split(75) })).toMatchObject(
      exact(0.05, ["green", "blue", DEFAULT_ROLLOUT, 0.05]),
    );
  });

  test("a new flag starts from the fallback, and a removed flag returns to it", () => {
    const flag = aFlag({ key: "a", rollout: percentage(25) });
    expect(flipsOf(null, flag)).toMatchObject(exact(0.25, [null, "on", DEFAULT_ROLLOUT, 0.25]));
    expect(flipsOf(flag, null)).toMatchObject(exact(0.25, ["on", null, { kind: "archived" }, 0.25]));
    expect(flipsOf({ ...flag, fallback: "on" }, null)).toMatchObject(
      exact(0.75, ["off", null, { kind: "archived" }, 0.75]),
    );
    expect(flipsOf(null, { ...flag, enabled: false })).toMatchObject(exact(0));
  });

  test("a new value of a variant is a different answer", () => {
    const before = aColourFlag({ key: "a", rollout: percentage(30) });
    const after = { ...before, variants: { ...before.variants, blue: "#11f" } };
    expect(flipsOf(before, after)).toMatchObject(exact(0.3, ["blue", "blue", DEFAULT_ROLLOUT, 0.3]));
  });
});

describe("when more than buckets decides", () => {
  const admins = { op: "match", attribute: "userRole", tests: [{ op: "in", values: ["admin"] }] } as const;
  const rule = { name: "admins", when: admins, portion: null, serve: { variant: "on" } } as const;

  test("only the frequency of contexts is sampled: shares among equal contexts are counted in buckets", () => {
    const before = aFlag({ key: "a", rules: [rule], rollout: percentage(10) });
    const { method, sample, flipped, moves } = flipsOf(before, { ...before, rollout: percentage(60) });
    expect({ method, sample, decidedBy: moves.map(({ decidedBy }) => decidedBy) }).toEqual({
      method: "sampled",
      sample: 2_000,
      decidedBy: [DEFAULT_ROLLOUT],
    });
    // 2 of 100 are admins.
    expect(Math.abs(flipped.share - 0.49)).toBeLessThanOrEqual(flipped.margin);
    expect(flipped.margin).toBeLessThan(0.01);
  });

  test("a change that reaches nobody flips nobody, with certainty", () => {
    const off = aFlag({ key: "a", enabled: false });
    expect(flipsOf(off, { ...off, rules: [rule] })).toMatchObject(exact(0));
    const everyone = aFlag({ key: "a" });
    expect(flipsOf(everyone, { ...everyone, rules: [rule] })).toMatchObject(exact(0));
  });

  test("if everyone flips, that is certain; the rule that serves them is estimated", () => {
    const after = aFlag({ key: "a", rules: [rule] });
    const { method, flipped, moves } = flipsOf({ ...after, enabled: false }, after);
    expect({ method, flipped }).toEqual({ method: "sampled", flipped: { share: 1, margin: 0 } });
    expect(moves.map(({ decidedBy, margin }) => [decidedBy, margin > 0])).toEqual([
      [DEFAULT_ROLLOUT, true],
      [{ kind: "rule", name: "admins" }, true],
    ]);
  });

  test("a requirement is evaluated with its own conditions, and named if it is the reason", () => {
    const required = aFlag({ key: "b", rules: [rule], rollout: percentage(0) });
    const before = aFlag({ key: "a" });
    const after = aFlag({ key: "a", requires: [{ flag: "b", variants: ["on"] }] });
    const { method, flipped, moves } = flipsOf(before, after, [required]);
    expect(method).toBe("sampled");
    expect(moves.map(({ from, to, decidedBy }) => [from, to, decidedBy])).toEqual([
      ["on", "off", { kind: "requirement" }],
    ]);
    expect(Math.abs(flipped.share - 0.98)).toBeLessThanOrEqual(flipped.margin);
  });

  test("people from a file are counted, each in their own bucket; people without a subject are in no share", () => {
    const half = aFlag({ key: "a", rollout: percentage(50) });
    const none = { ...half, enabled: false };
    const people = contextsFrom('{"userId":"u1"}\n{"userId":"u2"}\n{"userId":"u3"}\n{"age":4}\n', "people.jsonl");
    const inHalf = ["u1", "u2", "u3"].filter((id) => bucketOf("a", id) < 50_000).length;
    const sides = { before: new Map([["a", none]]), after: new Map([["a", half]]) };
    expect(measureFlips({ ...pairOf("a", sides), population: people, budget: { left: Infinity } })).toMatchObject({
      method: "counted",
      sample: 4,
      flipped: { share: inHalf / 4, margin: 0 },
      moves: [{ from: "off", to: "on", decidedBy: DEFAULT_ROLLOUT, share: inHalf / 4, margin: 0 }],
    });
  });
});

describe("people who lack the subject", () => {
  const flipsAmong = (missing: string | undefined, before: Flag, after: Flag) => {
    const attributes = declared([{ name: "userId", type: "string", ...(missing && { missing }) }]);
    const population = generatePopulation(attributes, [before, after], { size: 4_000, seed: 1 });
    const sides = { before: new Map([["a", before]]), after: new Map([["a", after]]) };
    return measureFlips({ ...pairOf("a", sides), population, budget: { left: Infinity } });
  };
  const share = (percent: number) => aFlag({ key: "a", rollout: percentage(percent) });

  test("are not part of an exact figure, which then says whom it is about", () => {
    const { method, flipped, among } = flipsAmong(undefined, share(0), share(50));
    expect({ method, flipped, among }).toEqual({
      method: "exact",
      flipped: { share: 0.5, margin: 0 },
      among: ["userId"],
    });
    expect(flipsAmong(undefined, aFlag({ key: "a" }), share(100))).toMatchObject({
      flipped: { share: 0 },
      among: ["userId"],
    });
    // Nobody needs a subject to get an answer from a flag without a share.
    expect(flipsAmong(undefined, { ...share(0), enabled: false }, aFlag({ key: "a" })).among).toEqual([]);
  });

  test("are counted exactly where the configuration says how many there are", () => {
    expect(flipsAmong("40%", share(0), share(50))).toMatchObject({
      method: "exact",
      flipped: { share: 0.3, margin: 0 },
      among: [],
    });
    expect(flipsAmong("10%", aFlag({ key: "a" }), share(100))).toMatchObject({
      method: "exact",
      flipped: { share: 0.1, margin: 0 },
      moves: [{ from: "on", to: "off", decidedBy: { kind: "no-match" }, share: 0.1, margin: 0 }],
    });
  });
});

test("a file of contexts is always counted, also where each context has its own subject", () => {
  const people = contextsFrom(Array.from({ length: 10 }, (_, n) => `{"userId":"u${n + 1}"}`).join("\n"), "ten.jsonl");
  const countOf = (before: Flag, after: Flag) => {
    const sides = { before: new Map([["a", before]]), after: new Map([["a", after]]) };
    return measureFlips({ ...pairOf("a", sides), population: people, budget: { left: Infinity } });
  };
  const inside = (percent: number) =>
    people.contexts.filter(({ userId }) => bucketOf("a", String(userId)) < percent * 1_000).length;
  const share = (percent: number) => aFlag({ key: "a", rollout: percentage(percent) });
  for (const percent of [4, 20, 50]) {
    const figure = { method: "counted", sample: 10, flipped: { share: inside(percent) / 10, margin: 0 } };
    expect(countOf(share(0), share(percent))).toMatchObject(figure);
    expect(countOf(share(percent), share(0))).toMatchObject(figure);
  }
  const nobody = { method: "counted", sample: 10, flipped: { share: 0, margin: 0 } };
  expect(countOf(share(4), { ...share(4), description: "Other." })).toMatchObject(nobody);
});

describe(`${PAIRS} random pairs of versions, seed ${SEED}`, () => {
  test("exact numbers equal a complete evaluation of all people in all buckets", () => {
    const exact = measured.filter(({ flips }) => flips.method === "exact");
    expect(exact.length).toBeGreaterThan(PAIRS / 10);
    for (const each of exact) {
      for (const { told, margin, is } of sharesOf(each)) {
        expect(margin).toBe(0);
        expect(Math.abs(told - is)).toBeLessThan(1e-12);
      }
    }
  });

  test("at least 98 % of the sampled shares are within their margin of the true share", () => {
    const sampled = measured.filter(({ flips }) => flips.method === "sampled");
    expect(sampled.length).toBeGreaterThan(PAIRS / 3);
    const shares = sampled.flatMap(sharesOf);
    const within = shares.filter(({ told, margin, is }) => Math.abs(told - is) <= margin + 1e-9);
    expect(within.length / shares.length).toBeGreaterThanOrEqual(0.98);
    // A margin that holds because it says nothing would be no margin.
    const widest = Math.max(...shares.map(({ margin }) => margin));
    expect(widest).toBeLessThan(0.025);
  });

  test("the kind is true of everyone: widening takes nothing away, narrowing gives nothing, and a no-op flips nobody", () => {
    const seen = new Map<string, number>();
    for (const { pair, truth } of measured) {
      const [before, after] = [pair.before.get(KEY) ?? null, pair.after.get(KEY) ?? null];
      const kind = kindOf(before, after, workFor(1).changes);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      // What the required flag does is not the flag's own change.
      if ((before?.requires.length ?? 0) + (after?.requires.length ?? 0) > 0) continue;
      const moves = [...truth.moves].filter(([, share]) => share > 0).map(([name]) => name);
      const off = before?.offVariant ?? after?.offVariant;
      if (kind === "no-op") expect(moves).toEqual([]);
      if (kind === "widen")
        expect(moves.filter((name) => !name.startsWith("null ") && !name.startsWith(`${off} →`))).toEqual([]);
      if (kind === "narrow")
        expect(moves.filter((name) => !name.includes(`→ ${off} `) && !name.includes("→ null"))).toEqual([]);
    }
    for (const kind of ["widen", "narrow", "retarget", "reshuffle", "no-op"])
      expect(seen.get(kind) ?? 0).toBeGreaterThan(2);
  });
});
