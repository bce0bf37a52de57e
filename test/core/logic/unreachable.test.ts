import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf } from "../../../src/core/evaluate/bucket.ts";
import { parseCondition } from "../../../src/core/row/condition-json.ts";
import type { Scalar } from "../../../src/core/flag/condition.ts";
import { constantAnswer, settledAnswer } from "../../../src/core/flag/constant-answer.ts";
import type { EvaluationContext } from "../../../src/core/evaluate/evaluation.ts";
import type { Flag, Portion, Rule, Serve } from "../../../src/core/flag/flag.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { unreachableRollout, unreachableRules } from "../../../src/core/logic/unreachable.ts";
import { workFor } from "../../../src/core/work.ts";
import { aFlag, flagSet, percentage, portion, split } from "../../support/flags.ts";

const ROUNDS = process.env["FULL"] === "1" ? 10_000 : 300;
const SEED = Number(process.env["SEED"] ?? 20_270_301);
const SALT = "the_flag";
const DECLARED = new Map<string, readonly Scalar[]>([["role", ["a", "b"]]]);

/** Two subjects between each two shares that the flags of this test have: below 25 %, 50 %, 100 %. */
const SUBJECTS = [0, 25_000, 50_000].flatMap((from) => {
  const to = from === 50_000 ? 100_000 : from + 25_000;
  const numbers = Array.from({ length: 200 }, (_, n) => `user-${n}`);
  return numbers.filter((id) => bucketOf(SALT, id) >= from && bucketOf(SALT, id) < to).slice(0, 2);
});

/** For each attribute what conditions ask of it, and the single values on which the answers can differ. */
const ATTRIBUTES: Readonly<
  Record<string, { readonly asked: readonly JsonValue[]; readonly values: readonly unknown[] }>
> = {
  role: {
    asked: ["a", "b", ["a", "b"], { not: "a" }, { not: ["a", "b"] }, { exists: true }, { exists: false }],
    values: ["a", "b", "c", 7],
  },
  age: {
    asked: [1, { gt: 1 }, { gte: 2 }, { lt: 2 }, { lte: 1 }, { gt: 1, lt: 2 }, { not: [1, 2] }, { exists: false }],
    values: [0, 1, 1.5, 2, 3, "1"],
  },
  version: {
    asked: [{ semver: ">=5.5" }, { semver: "<5.5" }, { semver: "^6.0.0" }, { semver: ">7 <6" }, { semver: "5.x" }],
    values: ["4.9", "5.1", "5.5.0-rc.1", "5.5", "6.2", "7.1", "?"],
  },
  text: {
    asked: ["ab", { startsWith: "a" }, { startsWith: "ab" }, { contains: "ab" }, { endsWith: "b" }, { not: "ab" }],
    values: ["ab", "a-", "ab-", "-ab-", "-ab", "a-b", "-b", "-", "abab", 7],
  },
  since: {
    asked: [{ before: "2027-03-01" }, { after: "2027-02-01" }, { after: "2027-03-01" }, { not: "2027-02-01" }],
    values: ["2027-01-01", "2027-02-01", "2027-02-15", "2027-03-01", "2027-04-01", "soon", new Date(0)],
  },
  userId: {
    asked: [SUBJECTS[0] ?? "", { not: [SUBJECTS[0] ?? ""] }, { exists: true }, { exists: false }],
    values: SUBJECTS,
  },
};

function conditionOf(names: readonly string[]): fc.Arbitrary<JsonObject> {
  const matcher = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.constantFrom(...(ATTRIBUTES[name]?.asked ?? [])).map((asked): JsonObject => ({ [name]: asked })),
    );
  return fc.letrec<{ node: JsonObject }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2 },
      { weight: 3, arbitrary: matcher },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom("any", "all", "none"), fc.array(tie("node"), { minLength: 1, maxLength: 3 }))
          .map(([op, of]) => ({ [op]: of })),
      },
    ),
  })).node;
}

const share: fc.Arbitrary<Portion | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom(0, 25, 50, 100).map((percent) => portion(percent)) },
);
const serve: fc.Arbitrary<Serve> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ variant: "special" }) },
  { weight: 1, arbitrary: fc.constant(split({ special: 100 })) },
);

/** A flag over two attributes and the subject, and every context that can make a difference to it. */
const scene = fc
  .tuple(fc.subarray(["role", "age", "version", "text", "since"], { minLength: 1, maxLength: 2 }), fc.boolean())
  .chain(([some, asksSubject]) => {
    const names = asksSubject ? [...some, "userId"] : some;
    const rule = fc.record({
      name: fc.constant(""),
      when: conditionOf(names).map((json) => parseCondition(json)),
      portion: share,
      serve,
    });
    const rollout = fc.constantFrom<Flag["rollout"]>(
      { strategy: "all" },
      percentage(0),
      percentage(25),
      percentage(100),
      {
        strategy: "whitelist",
        lists: { userId: [SUBJECTS[0] ?? ""], ...(some.includes("role") && { role: ["a", "b"] }) },
      },
    );
    return fc.record({
      rules: fc.array(rule, { minLength: 1, maxLength: 4 }),
      rollout,
      attributes: fc.constant([...some, "userId"]),
    });
  })
  .map(({ rules, rollout, attributes }) => {
    const named = rules.map((rule, index): Rule => ({ ...rule, name: String(index) }));
    const flag = aFlag({
      key: SALT,
      type: "string",
      variants: { off: "", special: "s", last: "l" },
      offVariant: "off",
      rules: named,
      rollout,
      serve: { variant: "last" },
    });
    return { flag, attributes };
  });

const known = new Map<string, readonly EvaluationContext[]>();

function contextsOver(names: readonly string[]): readonly EvaluationContext[] {
  const contexts = known.get(names.join()) ?? allContexts(names);
  known.set(names.join(), contexts);
  return contexts;
}

function allContexts(names: readonly string[]): readonly EvaluationContext[] {
  return names.reduce<readonly EvaluationContext[]>(
    (contexts, name) => contexts.flatMap((context) => valuesOf(name).map((value) => ({ ...context, [name]: value }))),
    [{}],
  );
}

/** Missing, each value alone, and every list of up to two of them, and of all. The subject is never a list. */
function valuesOf(name: string): readonly unknown[] {
  const { values = [] } = ATTRIBUTES[name] ?? {};
  if (name === "userId") return [undefined, ...values];
  const pairs = values.flatMap((one, index) => values.slice(index).map((other) => [one, other]));
  return [undefined, ...values, ...pairs, [], values];
}

function isDeclared({ role }: EvaluationContext): boolean {
  const roles: readonly unknown[] = Array.isArray(role) ? role : [role];
  return role === undefined || (roles.length > 0 && roles.every((each) => each === "a" || each === "b"));
}

test(`a rule that is reported as unreachable serves no context (seed ${SEED}, ${ROUNDS} flags)`, () => {
  let [never, told, silentLast, toldLast] = [0, 0, 0, 0];
  fc.assert(
    fc.property(scene, ({ flag, attributes }) => {
      const set = flagSet(flag);
      const answering = new Set<string>();
      const answeringDeclared = new Set<string>();
      for (const context of contextsOver(attributes)) {
        const { metadata, variant } = set.evaluate(flag.key, context);
        const line = metadata.rule ?? variant ?? "";
        answering.add(line);
        if (isDeclared(context)) answeringDeclared.add(line);
      }
      const found = unreachableRules(flag.rules, DECLARED, workFor(1).checks).unreachable;
      for (const { rule, why } of found) {
        const seen = why === "undeclared" ? answeringDeclared : answering;
        expect(seen).not.toContain(String(rule));
      }
      const certain = found.filter(({ why }) => why !== "undeclared").map(({ rule }) => rule);
      never += flag.rules.filter((_, index) => !answering.has(String(index))).length;
      told += certain.length;
      const last = unreachableRollout(flag, workFor(1).checks);
      if (last !== undefined) expect(answering).not.toContain("last");
      const takesSomebody = !(flag.rollout.strategy === "percentage" && flag.rollout.portion.share === 0);
      if (takesSomebody && !answering.has("last")) silentLast += 1;
      if (last !== undefined) toldLast += 1;
    }),
    { seed: SEED, numRuns: ROUNDS },
  );
  if (process.env["FULL"] === "1") console.log({ rules: [told, never], lastLines: [toldLast, silentLast] });
  // Few of them stay untold: that a listed subject happens to lie outside a share is not looked at.
  expect(told / never).toBeGreaterThan(0.95);
  expect(never).toBeGreaterThan(ROUNDS / 10);
  expect(toldLast / silentLast).toBeGreaterThan(0.9);
});

test(`a flag that is reported as constant gives the same answer to every context (seed ${SEED}, ${ROUNDS} flags)`, () => {
  let count = 0;
  fc.assert(
    fc.property(scene, fc.constantFrom("special", "last", "off"), ({ flag, attributes }, variant) => {
      const same: Flag = { ...flag, serve: { variant }, rules: flag.rules.slice(0, 2) };
      const set = flagSet(same);
      const constant = constantAnswer(same);
      const settled = settledAnswer(same);
      if (constant === undefined && settled === undefined) return;
      count += 1;
      const contexts = contextsOver(attributes);
      const answersOf = (some: readonly EvaluationContext[]) => [
        ...new Set(some.map((context) => set.evaluate(same.key, context).variant)),
      ];
      if (constant !== undefined) expect(answersOf(contexts)).toEqual([constant]);
      if (settled === undefined) return;
      const { by } = settled;
      expect(answersOf(by === null ? contexts : contexts.filter((context) => context[by] !== undefined))).toEqual([
        settled.variant,
      ]);
    }),
    { seed: SEED, numRuns: ROUNDS },
  );
  expect(count).toBeGreaterThan(ROUNDS / 50);
});

const BY_FORM_ONLY = Array.from(
  { length: 400 },
  (_, n): JsonObject => ({ any: [{ role: `r${n}` }, { text: `t${n}` }] }),
);

test("rules with hundreds of parts are decided without trying all combinations", () => {
  const when = parseCondition({ all: BY_FORM_ONLY });
  const rules = ["one", "two"].map((name): Rule => ({ name, when, portion: null, serve: { variant: "on" } }));
  const { unreachable } = unreachableRules(rules, new Map(), workFor(1).checks);
  expect(unreachable).toMatchObject([{ rule: 1, why: "taken", earlier: [0] }]);
});
