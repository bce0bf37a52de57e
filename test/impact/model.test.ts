import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Flag, FlagKey, Serve } from "../../src/core/flag/flag.ts";
import { sameJson } from "../../src/core/json.ts";
import { columnsOf } from "../../src/core/row/row-codec.ts";
import { workFor } from "../../src/core/work.ts";
import { kindIn, pairOf, type Sides } from "../../src/impact/flag-changes.ts";
import { measureFlips } from "../../src/impact/flips.ts";
import { contextsFrom } from "../../src/impact/contexts.ts";
import { jumpOf } from "../../src/impact/jump/jump.ts";
import { generatePopulation } from "../../src/impact/population.ts";
import { createFlags, type FlagsClient } from "../../src/index.ts";
import { migrateStore, openStore } from "../../src/store/open.ts";
import { aWrite, write } from "../store/rows.ts";
import { type AttributeSpec, declared } from "../support/attributes.ts";
import { needsOfEdit } from "../support/plans.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { fileUrl, freshFile } from "../support/sqlite.ts";
import { aPair, ATTRIBUTES, KEY, type Pair } from "./random-pairs.ts";

// What the reports say, compared with what programs get: two real tables hold both versions of each flag, and the public
// client is asked for every person. The model of the people and of the counts below uses nothing of src/impact.

const SEED = Number(process.env["SEED"] ?? 20_261_128);
const FULL = process.env["FULL"] === "1";
const PAIRS = FULL ? 400 : 100;
const PEOPLE = FULL ? 60_000 : 12_000;
/** The number of contexts in the file. */
const IN_FILE = 500;

/** The attributes, and how many people lack each: 0 to 1. */
const MISSING: Readonly<Record<string, number>> = { userId: 0.3, userRole: 0.1 };
const DECLARED: readonly AttributeSpec[] = [
  { name: "userId", type: "string", missing: "30%" },
  ...ATTRIBUTES.map((each) => (each.name === "userRole" ? { ...each, missing: "10%" } : each)),
];

type Person = Readonly<Record<string, string | number>>;

interface Answer {
  readonly variant: string | null;
  readonly value: string;
}

/** One pair of versions, and both answers of everybody. */
interface Asked {
  readonly pair: Pair;
  readonly sides: Sides;
  readonly key: FlagKey;
  readonly answers: readonly (readonly [Answer, Answer])[];
}

const random = seededRandom(SEED);
const people = Array.from({ length: PEOPLE }, (_, number) => aPerson(random, number));
const pairs = Array.from({ length: PAIRS }, (_, number) => renamed(aPair(random), `p${number}`));
const asked: Asked[] = [];
const clients: FlagsClient[] = [];

beforeAll(async () => {
  const sides = [pairs.map(({ before }) => before), pairs.map(({ after }) => after)];
  for (const flags of sides) clients.push(await clientOf(flags.flatMap((each) => [...each.values()])));
  for (const [number, pair] of pairs.entries()) {
    const key = `p${number}-${KEY}`;
    const answers = people.map((person) => {
      const [was, is] = clients.map((client) => answerOf(client, key, person));
      return [was!, is!] as const;
    });
    asked.push({ pair, key, answers, sides: pair });
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
});

/** Writes flags into a new table, and opens a client of it. */
async function clientOf(flags: readonly Flag[]): Promise<FlagsClient> {
  const url = fileUrl(freshFile());
  await migrateStore(url, "production");
  const store = await openStore(url);
  await write(
    store,
    flags.map((flag) => aWrite({ key: flag.key, columns: columnsOf(flag) })),
  );
  await store.close();
  const client = await createFlags({ environment: "production", database: url, env: {}, snapshotFile: false });
  expect(client.status().flags).toBe(flags.length);
  return client;
}

function answerOf(client: FlagsClient, key: FlagKey, person: Person): Answer {
  const { variant, value } = client.evaluate(key, undefined, person);
  return { variant: variant ?? null, value: JSON.stringify(value) };
}

function aPerson({ next }: Random, number: number): Person {
  const person: Record<string, string | number> = {};
  if (next() >= (MISSING["userId"] ?? 0)) person["userId"] = `person-${number}`;
  person["sessionId"] = `session-${number}`;
  for (const { name, values, ...rest } of ATTRIBUTES) {
    const isMissing = next() < (MISSING[name] ?? 0);
    const weights: readonly number[] = "weights" in rest ? rest.weights : values.map(() => 1);
    let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = weights.findIndex((weight) => (left -= weight) < 0);
    if (!isMissing) person[name] = values[at]!;
  }
  return person;
}

/** Gives both flags of a pair keys of their own; the salts stay, so that both keep their buckets. */
function renamed({ before, after }: Pair, prefix: string): Pair {
  const rename = (flags: Pair["before"]) =>
    new Map(
      Array.from(flags.values(), (flag) => {
        const requires = flag.requires.map((each) => ({ ...each, flag: `${prefix}-${each.flag}` }));
        const key = `${prefix}-${flag.key}`;
        const rules = flag.rules.map((rule) => ({ ...rule, serve: valid(rule.serve) }));
        return [key, { ...flag, key, name: key, requires, rules, serve: valid(flag.serve) }] as const;
      }),
    );
  return { before: rename(before), after: rename(after) };
}

/** Serves a variant that both parts of a split name, because a table refuses such a split. */
function valid(serve: Serve): Serve {
  if ("variant" in serve) return serve;
  const [first] = serve.split;
  const isOne = new Set(serve.split.map(({ variant }) => variant)).size === 1;
  return isOne && first !== undefined ? { variant: first.variant } : serve;
}

/** Whether somebody gets a different answer, as the pages define it: a flag that does not exist answers its fallback. */
function isFlip({ pair, key }: Asked, [was, is]: readonly [Answer, Answer]): boolean {
  const [before, after] = [pair.before.get(key), pair.after.get(key)];
  if (before === undefined) return after !== undefined && is.variant !== after.offVariant;
  if (after === undefined) return was.variant !== before.fallback;
  return was.variant !== is.variant || was.value !== is.value;
}

/** Whether a flip is more than a loss: the new answer is not the off variant at its unchanged value. */
function isJump(each: Asked, answers: readonly [Answer, Answer]): boolean {
  const [before, after] = [each.pair.before.get(each.key), each.pair.after.get(each.key)];
  if (before === undefined || after === undefined || !isFlip(each, answers)) return false;
  const isSameOff = before.offVariant === after.offVariant;
  return !(isSameOff && answers[1].variant === after.offVariant);
}

/** How far a share of the people may be from the true share by chance: four standard deviations and one person. */
function chance(share: number): number {
  const spread = Math.max(share * (1 - share), 1 / PEOPLE);
  return 4 * Math.sqrt(spread / PEOPLE) + 1 / PEOPLE;
}

function shareOf(each: Asked, test: (each: Asked, answers: readonly [Answer, Answer]) => boolean): number {
  return each.answers.filter((answers) => test(each, answers)).length / PEOPLE;
}

describe(`${PAIRS} random pairs of versions in two tables, ${PEOPLE} people, seed ${SEED}`, () => {
  test("the report says how many people get a different answer, exactly or within its margin", () => {
    const methods = new Map<string, number>();
    for (const each of asked) {
      const flags = [...each.pair.before.values(), ...each.pair.after.values()];
      const population = generatePopulation(declared(DECLARED), flags, { size: 4_000, seed: SEED });
      const flips = measureFlips({ ...pairOf(each.key, each.sides), population, budget: workFor(1).reports });
      methods.set(flips.method, (methods.get(flips.method) ?? 0) + 1);
      const truth = shareOf(each, isFlip);
      const far = Math.abs(flips.flipped.share - truth);
      expect(far, `${each.key}: ${flips.flipped.share} told, ${truth} counted`).toBeLessThanOrEqual(
        flips.flipped.margin * 1.5 + chance(truth),
      );
      // Everybody here either has a userId or is among those who are declared to lack it.
      expect(flips.among).not.toContain("userId");
    }
    expect(methods.get("exact")).toBeGreaterThan(PAIRS / 10);
    expect(methods.get("sampled")).toBeGreaterThan(PAIRS / 10);
  });

  test("the report over a file of contexts counts exactly what programs get", () => {
    const file = contextsFrom(
      people
        .slice(0, IN_FILE)
        .map((person) => JSON.stringify(person))
        .join("\n"),
      "people.jsonl",
    );
    for (const each of asked) {
      const { method, flipped, moves } = measureFlips({
        ...pairOf(each.key, each.sides),
        population: file,
        budget: workFor(1).reports,
      });
      const counts = new Map<string, number>();
      for (const answers of each.answers.slice(0, IN_FILE)) {
        if (!isFlip(each, answers)) continue;
        const id = `${answers[0].variant} → ${answers[1].variant}`;
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      const told = new Map<string, number>();
      for (const { from, to, share } of moves) {
        const id = `${from} → ${to}`;
        told.set(id, (told.get(id) ?? 0) + Math.round(share * IN_FILE));
      }
      expect(method).toBe("counted");
      expect(told).toEqual(counts);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      expect(flipped).toEqual({ share: total / IN_FILE, margin: 0 });
    }
  });

  test("the kind of a change is true of everyone, and certain where buckets alone decide", () => {
    const seen = new Map<string, number>();
    for (const each of asked) {
      const kind = kindIn(each.key, each.sides, { known: new Map(), budget: workFor(1).changes });
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const [before, after] = [each.pair.before.get(each.key), each.pair.after.get(each.key)];
      const moves = each.answers.filter((answers) => isFlip(each, answers));
      if (kind === "no-op") expect(moves).toEqual([]);
      if (before === undefined || after === undefined) continue;
      const lose = moves.filter(([was]) => was.variant !== before.offVariant);
      const gain = moves.filter(([, is]) => is.variant !== after.offVariant);
      if (kind === "widen") expect(lose).toEqual([]);
      if (kind === "narrow") expect(gain).toEqual([]);
      if (!isDecidedByBuckets(each) || before.offVariant !== after.offVariant) continue;
      // Rare moves may be missing among the people, so only the opposite is certain.
      if (kind === "retarget" || kind === "reshuffle") {
        const isRare = moves.length < 20 || lose.length < 5 || gain.length < 5;
        expect(isRare || (lose.length > 0 && gain.length > 0), `${each.key} is called ${kind}`).toBe(true);
      }
    }
    for (const kind of ["widen", "narrow", "retarget", "reshuffle", "no-op"]) {
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(0);
    }
  });

  test("the jump is the share of people whose answer becomes more than the off variant", () => {
    let count = 0;
    for (const each of asked) {
      const [before, after] = [each.pair.before.get(each.key), each.pair.after.get(each.key)];
      if (before === undefined || after === undefined) continue;
      count += 1;
      const { points, method, notMeasured } = jumpOf(
        pairOf(each.key, each.sides),
        declared(DECLARED),
        workFor(1).jumps,
      );
      expect(notMeasured).toEqual([]);
      const truth = shareOf(each, isJump);
      const far = points / 100 - truth;
      expect(far, `${each.key}: ${points} points told, ${truth} counted`).toBeGreaterThanOrEqual(-chance(truth));
      if (method === "exact") expect(far, each.key).toBeLessThanOrEqual(chance(truth));
    }
    expect(count).toBeGreaterThan(PAIRS / 2);
  });

  test("a change needs an acknowledgement exactly if its jump exceeds the limit, and never for taking away", () => {
    const seen = { asked: 0, free: 0 };
    for (const each of asked) {
      const [before, after] = [each.pair.before.get(each.key), each.pair.after.get(each.key)];
      // The other flag of the pair may change too: its own change is not this flag's edit.
      const isAlone = [...each.pair.before].every(
        ([key, flag]) => key === each.key || sameJson(each.pair.after.get(key), flag),
      );
      if (before === undefined || after === undefined || !isAlone) continue;
      const others = [...each.pair.after.values()].filter(({ key }) => key !== each.key);
      const truth = shareOf(each, isJump);
      const given = { attributes: DECLARED, others };
      const codesAt = (maxStep: number) =>
        needsOfEdit(before, after, { ...given, maxStep: Math.round(maxStep * 100_000) }).map(({ code }) => code);
      const margin = chance(truth) + 0.005;
      if (truth - margin > 0) {
        expect(codesAt(truth - margin), each.key).toContain("jump");
        seen.asked += 1;
      }
      if (truth + margin < 1) {
        expect(codesAt(truth + margin), each.key).not.toContain("jump");
        seen.free += 1;
      }
      const off = { ...after, enabled: false, offVariant: before.offVariant, variants: before.variants };
      expect(
        needsOfEdit({ ...before, protected: true }, { ...off, protected: true }, { ...given, maxStep: 0 }),
      ).toEqual([]);
    }
    expect(seen.asked).toBeGreaterThan(PAIRS / 10);
    expect(seen.free).toBeGreaterThan(PAIRS / 10);
  });
});

/** Whether no condition decides an answer of either version, nor of what they require. */
function isDecidedByBuckets({ pair }: Asked): boolean {
  return [...pair.before.values(), ...pair.after.values()].every(({ rules, rollout }) => {
    return rules.length === 0 && (rollout.strategy === "all" || rollout.strategy === "percentage");
  });
}
