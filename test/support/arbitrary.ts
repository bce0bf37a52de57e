import fc from "fast-check";
import type { Condition, Scalar, Test } from "../../src/core/flag/condition.ts";
import type { EvaluationContext } from "../../src/core/evaluate/evaluation.ts";
import {
  BOOLEAN_VARIANTS,
  type Flag,
  type FlagKey,
  type Rollout,
  type Rule,
  type Serve,
  WHOLE,
} from "../../src/core/flag/flag.ts";
import { aFlag } from "./flags.ts";

/** Lists the keys of generated flags. There are few, so that generated contexts often match generated flags. */
export const KEYS: readonly FlagKey[] = ["alpha", "beta_two", "gamma-three", "delta", "epsilon"];
export const UNKNOWN_KEYS: readonly FlagKey[] = ["zeta", "eta_old", "toString", "__proto__"];
const ATTRIBUTES = [
  "userId",
  "targetingKey",
  "userRole",
  "workshopId",
  "sessionId",
  "age",
  "appVersion",
  "since",
  "toString",
];
const BYS = ["userId", "userId", "userId", "sessionId", "workshopId"];
const TEXTS = ["", "a", "admin", "admins", "M5V", "user-42", "42", "é", "😀", "5.5", "5.5.0-beta.1", "2027-03-01"];
const NUMBERS = [0, -0, 1, 42, 5.5, -7];

const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(...NUMBERS);
export const scalar: fc.Arbitrary<Scalar> = fc.oneof(text, number, fc.boolean());
const by = fc.constantFrom(...BYS);
const share = fc.oneof(fc.constantFrom(0, 1, 50_000, WHOLE - 1, WHOLE), fc.integer({ min: 0, max: WHOLE }));
const portion = fc.record({ share, by });

const test: fc.Arbitrary<Test> = fc.oneof(
  fc.record({
    op: fc.constantFrom("in" as const, "not" as const),
    values: fc.array(scalar, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    op: fc.constantFrom("contains" as const, "startsWith" as const, "endsWith" as const),
    values: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ op: fc.constantFrom("gt" as const, "gte" as const, "lt" as const, "lte" as const), value: number }),
  fc.record({
    op: fc.constantFrom("before" as const, "after" as const),
    value: fc.constantFrom("2027-03-01", "2027-03-01T00:00:00+02:00", "2026-12-31T23:59:59.5Z"),
  }),
  fc.record({ op: fc.constant("semver" as const), range: fc.constantFrom(">=5.5", "^5.0.0", "<2 || >7", "5.x") }),
  fc.record({ op: fc.constant("exists" as const), value: fc.boolean() }),
);

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      op: fc.constant("match" as const),
      attribute: fc.constantFrom(...ATTRIBUTES),
      tests: fc.array(test, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      op: fc.constantFrom("all" as const, "any" as const, "none" as const),
      of: fc.array(tie("node"), { maxLength: 3 }),
    }),
    fc.record({
      op: fc.constant("segment" as const),
      anyOf: fc.array(fc.record({ name: fc.constantFrom("staff", "beta"), when: tie("node") }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
  ),
})).node;

function serveOf(variants: readonly string[]): fc.Arbitrary<Serve> {
  const variant = fc.constantFrom(...variants);
  const split = fc.array(variant, { minLength: 1, maxLength: 4 }).chain((names) =>
    fc
      .array(fc.integer({ min: 0, max: WHOLE }), { minLength: names.length - 1, maxLength: names.length - 1 })
      .map((cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), WHOLE];
        return { split: names.map((name, index) => ({ variant: name, share: ends[index]! - (ends[index - 1] ?? 0) })) };
      }),
  );
  return fc.oneof(
    variant.map((name) => ({ variant: name })),
    split,
  );
}

const rollout: fc.Arbitrary<Rollout> = fc.oneof(
  fc.constant({ strategy: "all" as const }),
  portion.map((portion) => ({ strategy: "percentage" as const, portion })),
  fc.array(text, { maxLength: 4 }).map((roles) => ({ strategy: "role" as const, roles })),
  fc
    .dictionary(fc.constantFrom("userId", "workshopId", "postalCode"), fc.array(text, { maxLength: 12 }), {
      maxKeys: 3,
    })
    .map((lists) => ({ strategy: "whitelist" as const, lists })),
);

const TYPES = [
  { type: "boolean" as const, variants: BOOLEAN_VARIANTS, offVariant: "off" },
  { type: "string" as const, variants: { control: "grey", blue: "#00f", green: "" }, offVariant: "control" },
  { type: "number" as const, variants: { none: 0, some: 7.5 }, offVariant: "none" },
  { type: "object" as const, variants: { empty: {}, full: { a: [1, { b: null }] } }, offVariant: "empty" },
];

/** Generates a flag of any type, with rules, default rollout and requirements on the other flags of {@link KEYS}. */
export function flagNamed(key: FlagKey): fc.Arbitrary<Flag> {
  return fc.constantFrom(...TYPES).chain(({ type, variants, offVariant }) => {
    const names = Object.keys(variants);
    const rule: fc.Arbitrary<Rule> = fc.record({
      name: fc.constantFrom("first", "second"),
      when: condition,
      portion: fc.option(portion),
      serve: serveOf(names),
    });
    const requirement = fc.record({
      flag: fc.constantFrom(...KEYS, "zeta"),
      variants: fc.constantFrom(["on"], ["off"], ["blue", "some", "full"]),
    });
    return fc
      .record({
        enabled: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        rules: fc.array(rule, { maxLength: 3 }),
        rollout,
        serve: serveOf(names),
        requires: fc.oneof(
          { weight: 6, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(requirement, { maxLength: 2 }) },
        ),
        fallback: fc.constantFrom(...names),
        tags: fc.constantFrom([], ["payments"], ["payments", "ui"]),
        salt: fc.constantFrom(key, "shared"),
      })
      .map((wanted) => aFlag({ key, type, variants, offVariant, ...wanted }));
  });
}

/** Generates some of the flags of {@link KEYS}. */
export const flags: fc.Arbitrary<readonly Flag[]> = fc
  .subarray([...KEYS], { minLength: 1 })
  .chain((keys) => fc.tuple(...keys.map(flagNamed)));

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    {},
    [],
    2 ** 53,
    Symbol("s"),
    10n,
    "\ud800",
  ),
  fc.constantFrom(new Date(0), new Date("2027-06-01T00:00:00Z"), new Date(Number.NaN), () => 1, new Map([["a", 1]])),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const attribute: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(fc.oneof(scalar, odd), { maxLength: 4 }) },
  { weight: 1, arbitrary: odd },
);

/** Generates contexts with attributes that conditions use, with listed and unusual values. */
export const context: fc.Arbitrary<EvaluationContext> = fc
  .dictionary(fc.constantFrom(...ATTRIBUTES, "postalCode"), attribute, { minKeys: 4, maxKeys: 8 })
  .map((attributes) => attributes as EvaluationContext);

const OVERRIDE_VALUES = ["true", "off", "0", "'ON'", "flase", "blue", "control", "", " kill\r", "full", "none"];

/** Generates environment variables that affect the flags: valid and invalid values, unknown names, patterns. */
export const environment: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    "FEATURE_ALPHA",
    "FEATURE_BETA_TWO",
    "FEATURE_GAMMA_THREE",
    "FEATURE_ZETA",
    "FEATURE_",
    "FLAGS_KILL",
    "FLAGS_KILL_ALL",
  ),
  fc.oneof(
    fc.constantFrom(...OVERRIDE_VALUES),
    fc.constantFrom("*", "alp*", "!alpha,*a*", "tag:payments,!tag:ui", "tag:*", "zeta", "1", ",,", "!", "a b"),
  ),
  { maxKeys: 3 },
);
