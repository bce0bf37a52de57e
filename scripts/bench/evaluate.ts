import { compileFlags } from "../../src/core/evaluate/compile.ts";
import type { Condition } from "../../src/core/flag/condition.ts";
import { DEFAULT_BY, type Flag, type Rollout, type Rule, type Serve } from "../../src/core/flag/flag.ts";
import type { EvaluationContext } from "../../src/core/evaluate/evaluation.ts";
import { aFlag } from "../../test/support/flags.ts";

/** Calls in one timed round. */
const CALLS = 200_000;
const ROUNDS = 15;
/** Distinct subjects, so that no string is hashed twice in a row. */
const SUBJECTS = 50_000;

interface Scenario {
  readonly name: string;
  readonly key: string;
  readonly contexts: readonly EvaluationContext[];
}

/**
 * Prints the CPU time per call of isOn and evaluate in ns, and as a multiple of a baseline: a Map.get and an indirect
 * call, measured in the same run. On a shared machine, only the ratios are meaningful.
 */
export async function benchEvaluate(): Promise<void> {
  const { flags, scenarios } = workload();
  const set = compileFlags({ flags, revision: 1 });
  const functions = new Map(
    flags.map(({ key, enabled }) => [key, (context: EvaluationContext) => enabled && context !== null]),
  );

  const baseline = medianNs(({ key, contexts }, n) => functions.get(key)?.(at(contexts, n)) ?? false, first(scenarios));
  console.log(`baseline                   ${baseline.toFixed(1).padStart(8)} ns`);
  for (const scenario of scenarios) {
    const { name, key, contexts } = scenario;
    const isOn = medianNs((_, n) => set.isOn(key, at(contexts, n)), scenario);
    const evaluate = medianNs((_, n) => set.evaluate(key, at(contexts, n)).reason === "STATIC", scenario);
    console.log(`${name.padEnd(20)} isOn  ${figure(isOn, baseline)}   evaluate ${figure(evaluate, baseline)}`);
  }
  await Promise.resolve();
}

function figure(ns: number, baseline: number): string {
  return `${ns.toFixed(1).padStart(8)} ns ${(ns / baseline).toFixed(1).padStart(6)} x`;
}

function medianNs(call: (scenario: Scenario, n: number) => boolean, scenario: Scenario): number {
  let yes = 0;
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    for (let n = 0; n < CALLS; n += 1) if (call(scenario, n)) yes += 1;
    const { user, system } = process.cpuUsage(start);
    samples.push(((user + system) * 1000) / CALLS);
  }
  if (yes < 0) throw new Error("unreachable: keeps the calls from being optimised away");
  // The first rounds are a warm-up.
  return at(
    samples.slice(3).sort((a, b) => a - b),
    Math.floor((ROUNDS - 3) / 2),
  );
}

function workload(): { readonly flags: readonly Flag[]; readonly scenarios: readonly Scenario[] } {
  const subjects = Array.from({ length: SUBJECTS }, (_, n) => uuid(n));
  const roles = ["customer", "mechanic", "admin", "workshop_admin"];
  const contexts = subjects.map((userId, n) => ({
    userId,
    userRole: at(roles, n),
    appVersion: `5.${n % 9}.${n % 4}`,
    age: n % 80,
    postalCode: "M5V",
  }));
  const colours = { control: "grey", blue: "#00f", green: "#0f0" };
  const flags = [
    flag("all", { strategy: "all" }),
    flag("percentage", { strategy: "percentage", portion: { share: 50_000, by: DEFAULT_BY } }),
    flag("role", { strategy: "role", roles: ["admin", "workshop_admin", "support"] }),
    flag("whitelist", {
      strategy: "whitelist",
      lists: { userId: Array.from({ length: 1000 }, (_, n) => uuid(n * 97)) },
    }),
    {
      ...flag("rules", { strategy: "all" }),
      type: "string" as const,
      variants: colours,
      offVariant: "control",
      fallback: "control",
      rules: Array.from({ length: 5 }, (_, n) => rule(n)),
      serve: { variant: "control" },
    },
    ...Array.from({ length: 100 }, (_, n) =>
      flag(`other_${n}`, { strategy: "percentage", portion: { share: n * 1000, by: DEFAULT_BY } }),
    ),
  ];
  const names = ["all", "percentage", "role", "whitelist", "rules"];
  return { flags, scenarios: names.map((key) => ({ name: key === "rules" ? "5 rules, split" : key, key, contexts })) };
}

/** Three conditions; the first four rules fail at their last one. */
function rule(n: number): Rule {
  const conditions: readonly Condition[] = [
    { op: "match", attribute: "postalCode", tests: [{ op: "in", values: ["M5V", "M5G", "M4Y"] }] },
    { op: "match", attribute: "appVersion", tests: [{ op: "semver", range: ">=5.0" }] },
    { op: "match", attribute: "age", tests: [n < 4 ? { op: "gt", value: 100 } : { op: "gte", value: 0 }] },
  ];
  const serve: Serve = {
    split: [
      { variant: "control", share: 34_000 },
      { variant: "blue", share: 33_000 },
      { variant: "green", share: 33_000 },
    ],
  };
  return { name: `rule ${n}`, when: { op: "all", of: conditions }, portion: null, serve };
}

function flag(key: string, rollout: Rollout): Flag {
  return aFlag({ key, rollout });
}

function uuid(n: number): string {
  const hex = (part: number, digits: number) =>
    (Math.imul(n * 8 + part, 2_654_435_761) >>> 0).toString(16).padStart(8, "0").slice(0, digits);
  return `${hex(1, 8)}-${hex(2, 4)}-4${hex(3, 3)}-8${hex(4, 3)}-${hex(5, 8)}${hex(6, 4)}`;
}

function at<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length];
  if (item === undefined) throw new Error("an empty list");
  return item;
}

function first<T>(list: readonly T[]): T {
  return at(list, 0);
}
