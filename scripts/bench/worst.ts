import { compileFlags } from "../../src/core/evaluate/compile.ts";
import type { EvaluationContext } from "../../src/core/evaluate/evaluation.ts";
import type { Condition, Test } from "../../src/core/flag/condition.ts";
import type { Flag, Rule } from "../../src/core/flag/flag.ts";
import { aFlag } from "../../test/support/flags.ts";

/** The size of a flag: as many tests and listed values as files may contain. */
const TESTS = 10_000;
const VALUES = 100_000;
const RULES = 200;
/** The size of a context for which an evaluation takes at most {@link GOAL_MS}. */
const ATTRIBUTES = 20;
const LENGTH = 200;
const GOAL_MS = 1;
const CALLS = 1_000;

/**
 * Prints the CPU time that one evaluation of the most expensive valid flags takes, as the median of 1,000. No test passes, so that
 * all of them are evaluated. Each call has other texts than the one before it.
 */
export async function benchWorst(): Promise<void> {
  for (const [name, flags] of Object.entries(worstFlags())) {
    const set = compileFlags({ flags });
    const contexts = Array.from({ length: 5 }, (_, n) => contextOf(n, name));
    const times: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const context = contexts[call % contexts.length] ?? {};
      const start = process.cpuUsage();
      set.isOn("worst", context);
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1_000);
    }
    const median = times.sort((a, b) => a - b)[CALLS / 2] ?? 0;
    const verdict = median <= GOAL_MS ? "" : `   above the goal of ${GOAL_MS} ms`;
    console.log(`${name.padEnd(52)} ${median.toFixed(3).padStart(8)} ms${verdict}`);
  }
  await Promise.resolve();
}

/** Returns flags by what makes them expensive; the one that is evaluated is named `worst`. */
function worstFlags(): Readonly<Record<string, readonly Flag[]>> {
  const each = VALUES / TESTS;
  const text = (n: number) => `x${n}y`;
  const texts = (n: number, count = each) => Array.from({ length: count }, (_, m) => text(n * each + m));
  return {
    "equality, 10 values per test": [flagOf((n) => ({ op: "in", values: texts(n) }))],
    "inequality, 10 values per test": [
      flagOf((n) => ({ op: "not", values: [...texts(n, 9), longText(0, n % ATTRIBUTES)] })),
    ],
    "contains, 1 text per test": [flagOf((n) => ({ op: "contains", values: [text(n)] }))],
    "contains, 10 texts per test": [flagOf((n) => ({ op: "contains", values: texts(n) }))],
    "contains, 10 texts per test that nearly match": [
      flagOf((n) => ({ op: "contains", values: texts(n).map((one) => `${"a".repeat(80)}${one}`) })),
    ],
    "startsWith, 10 texts per test": [
      flagOf((n) => ({ op: "startsWith", values: texts(n).map((one) => `${"a".repeat(80)}${one}`) })),
    ],
    "endsWith, 10 texts per test": [
      flagOf((n) => ({ op: "endsWith", values: texts(n).map((one) => `${one}${"a".repeat(80)}`) })),
    ],
    "contains, all values in one test": [
      flagOf((n) => ({ op: "contains", values: n === 0 ? texts(0, VALUES) : [text(n)] }), 1),
    ],
    "version ranges, 10 characters each": [flagOf((n) => ({ op: "semver", range: `>${n + 10}.0.0` }))],
    "version ranges, 33 comparators each": [
      flagOf(
        (n) => ({ op: "semver", range: Array.from({ length: 33 }, (_, m) => `>${m}`).join(" ") + ` >${n + 99}` }),
        TESTS / 15,
      ),
    ],
    numbers: [flagOf((n) => ({ op: "gt", value: n + 1_000 }))],
    dates: [flagOf((n) => ({ op: "after", value: `2${String(n % 1_000).padStart(3, "0")}-01-01` }))],
    existence: [flagOf(() => ({ op: "exists", value: false }))],
    "nested 16 levels deep": [{ ...flagOf(() => ({ op: "exists", value: false })), rules: nestedRules() }],
    "200 shares, each by another attribute": [sharesFlag()],
    "10 flags that require each other in a chain": chain((n) => ({ op: "contains", values: texts(n) })),
    "500 required flags": required(500),
  };
}

function flagOf(test: (n: number) => Test, tests = TESTS): Flag {
  return aFlag({ key: "worst", rules: rulesOf(test, tests) });
}

function rulesOf(test: (n: number) => Test, tests: number): readonly Rule[] {
  const matches = Array.from({ length: tests }, (_, n): Condition => {
    return { op: "match", attribute: `a${n % ATTRIBUTES}`, tests: [test(n)] };
  });
  const size = Math.ceil(tests / RULES);
  return Array.from({ length: Math.ceil(tests / size) }, (_, n) => {
    return ruleOf(n, { op: "any", of: matches.slice(n * size, (n + 1) * size) });
  });
}

function ruleOf(n: number, when: Condition): Rule {
  return { name: `rule ${n}`, when, portion: null, serve: { variant: "on" } };
}

function nestedRules(): readonly Rule[] {
  return Array.from({ length: RULES }, (_, n) => {
    let when: Condition = { op: "any", of: leaves(n, 18) };
    for (let level = 0; level < 14; level += 1)
      when = { op: level % 2 === 0 ? "all" : "any", of: [...leaves(n, 1), when] };
    return ruleOf(n, when);
  });
}

function leaves(n: number, count: number): readonly Condition[] {
  return Array.from({ length: count }, (_, m): Condition => {
    return { op: "match", attribute: `a${(n + m) % ATTRIBUTES}`, tests: [{ op: "in", values: [`x${m}`, "y"] }] };
  });
}

function sharesFlag(): Flag {
  const rules = Array.from({ length: RULES }, (_, n): Rule => {
    return { ...ruleOf(n, { op: "all", of: [] }), portion: { share: 1, by: `a${n % ATTRIBUTES}` } };
  });
  return aFlag({ key: "worst", rules });
}

function chain(test: (n: number) => Test): readonly Flag[] {
  return Array.from({ length: 10 }, (_, n) => {
    const requires = n === 9 ? [] : [{ flag: `flag_${n + 1}`, variants: ["off"] }];
    return aFlag({ key: n === 0 ? "worst" : `flag_${n}`, rules: rulesOf(test, TESTS / 10), requires });
  });
}

function required(count: number): readonly Flag[] {
  const others = Array.from({ length: count }, (_, n) =>
    aFlag({ key: `flag_${n}`, rules: rulesOf((m) => ({ op: "in", values: [`x${m}`] }), TESTS / count - 2) }),
  );
  const requires = others.map(({ key }) => ({ flag: key, variants: ["off"] }));
  return [aFlag({ key: "worst", requires }), ...others];
}

/** Returns a context with values of the types that the tests expect. */
function contextOf(n: number, name: string): EvaluationContext {
  const valueOf = (attribute: number): unknown => {
    if (name.startsWith("version")) return `1.2.3-${"a.".repeat(95)}${n}${attribute}z`;
    if (name === "numbers") return n;
    if (name === "dates") return `1999-01-01T00:00:0${n}.123456789+01:00`;
    return longText(n, attribute);
  };
  return Object.fromEntries(
    Array.from({ length: ATTRIBUTES }, (_, attribute) => [`a${attribute}`, valueOf(attribute)]),
  );
}

function longText(n: number, attribute: number): string {
  return `${"a".repeat(LENGTH / 2 - 5)}${String(n * ATTRIBUTES + attribute).padStart(10, "b")}${"a".repeat(LENGTH / 2 - 5)}`;
}
