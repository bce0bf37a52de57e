import type { Condition, Test } from "../../src/core/flag/condition.ts";
import {
  type Flag,
  type FlagKey,
  type Portion,
  type Rollout,
  type Rule,
  type Serve,
  WHOLE,
} from "../../src/core/flag/flag.ts";
import type { AttributeSpec } from "../support/attributes.ts";
import { aColourFlag, aFlag } from "../support/flags.ts";
import type { Random } from "../support/random.ts";

/** Everything that people of these tests differ in: few enough to look at all of them. */
export const ATTRIBUTES = [
  { name: "userRole", type: "string", values: ["customer", "mechanic", "admin"], weights: [90, 8, 2] },
  { name: "city", type: "string", values: ["M5V", "M5G", "H2X", "V6B"] },
  { name: "age", type: "number", values: [17, 18, 42], weights: [1, 2, 7] },
  { name: "appVersion", type: "version", values: ["5.4.0", "5.5.0", "6.0.0-beta.1"], weights: [3, 6, 1] },
] as const satisfies readonly AttributeSpec[];

/** Two versions of one flag, and of one that it may require. */
export interface Pair {
  readonly before: ReadonlyMap<FlagKey, Flag>;
  readonly after: ReadonlyMap<FlagKey, Flag>;
}

export const KEY = "measured";
const REQUIRED = "required_one";

/** Versions that have a lot in common, as those of a pull request do, in all sorts of ways. */
export function aPair(random: Random): Pair {
  const pick = picker(random);
  const by = () => pick([...many(5, "userId"), "sessionId"]);
  const [own, others] = [by(), by()];
  const [was, required] = [versionOf(KEY, random, own), { ...versionOf(REQUIRED, random, others), requires: [] }];
  const isOther = pick([...many(7, false), true]);
  const edited = isOther ? versionOf(KEY, random, by(), was.type) : editOf(was, random, own);
  const other = pick([true, true, false]) ? required : { ...editOf(required, random, others), requires: [] };
  const isNew = pick([...many(11, false), true]);
  const isGone = !isNew && pick([...many(11, false), true]);
  const mapOf = (flag: Flag, isThere: boolean, beside: Flag) =>
    new Map<FlagKey, Flag>([...(isThere ? [[KEY, flag] as const] : []), [REQUIRED, beside] as const]);
  return { before: mapOf(was, !isNew, required), after: mapOf(edited, !isGone, other) };
}

function editOf(flag: Flag, random: Random, by: string): Flag {
  const pick = picker(random);
  const fresh = versionOf(flag.key, random, by, flag.type);
  const [first, ...others] = flag.rules;
  switch (
    pick(["rollout", "rollout", "share", "rules", "add", "drop", "rule", "enabled", "salt", "serve", "requires"])
  ) {
    case "rollout":
      return { ...flag, rollout: fresh.rollout };
    case "share": {
      if (flag.rollout.strategy !== "percentage") return { ...flag, rollout: fresh.rollout };
      const share = shareOf(random);
      return { ...flag, rollout: { strategy: "percentage", portion: { ...flag.rollout.portion, share } } };
    }
    case "rules":
      return { ...flag, rules: fresh.rules };
    case "add":
      return { ...flag, rules: [...fresh.rules.slice(0, 1), ...flag.rules] };
    case "drop":
      return { ...flag, rules: others };
    case "rule": {
      const [other] = fresh.rules;
      return first === undefined || other === undefined
        ? flag
        : { ...flag, rules: [{ ...first, when: other.when }, ...others] };
    }
    case "enabled":
      return { ...flag, enabled: !flag.enabled };
    case "salt":
      return { ...flag, salt: `${flag.salt}2` };
    case "serve":
      return { ...flag, serve: fresh.serve };
    default:
      return { ...flag, requires: fresh.requires };
  }
}

/** @param by  the one subject of the version: which of two independent ones is asked is a question of its own */
function versionOf(key: FlagKey, random: Random, by: string, type?: Flag["type"]): Flag {
  const pick = picker(random);
  const isBoolean = type === undefined ? pick([true, true, false]) : type === "boolean";
  const base = isBoolean ? aFlag({ key }) : aColourFlag({ key });
  const variants = Object.keys(base.variants);
  const portion = (): Portion => ({ share: shareOf(random), by });
  const serve = (): Serve => {
    if (by !== "userId" || random.next() < 0.75)
      return { variant: pick(isBoolean ? ["on", "on", "on", "off"] : variants) };
    const cut = Math.floor(random.between(0, WHOLE + 1));
    const [one, two] = [pick(variants), pick(variants)];
    return {
      split: [
        { variant: one, share: cut },
        { variant: two, share: WHOLE - cut },
      ],
    };
  };
  const rules = Array.from({ length: pick([0, 0, 1, 1, 2, 3]) }, (_, index): Rule => {
    return { name: `rule ${index}`, when: conditionOf(random, 0), portion: pick([null, portion()]), serve: serve() };
  });
  const requires = random.next() < 0.15 ? [{ flag: REQUIRED, variants: [pick(["on", "off", "blue"])] }] : [];
  return {
    ...base,
    enabled: random.next() < 0.9,
    rules,
    rollout: rolloutOf(random, portion()),
    serve: serve(),
    requires,
    fallback: pick(variants),
    offVariant: pick([...many(9, base.offVariant), ...variants]),
  };
}

function rolloutOf(random: Random, portion: Portion): Rollout {
  const pick = picker(random);
  switch (pick(["all", "percentage", "percentage", "percentage", "role", "whitelist"])) {
    case "all":
      return { strategy: "all" };
    case "role":
      return { strategy: "role", roles: some(["customer", "mechanic", "admin", "owner"], random) };
    case "whitelist":
      return { strategy: "whitelist", lists: { city: some(["M5V", "M5G", "H2X"], random), age: some(["42"], random) } };
    default:
      return { strategy: "percentage", portion };
  }
}

function conditionOf(random: Random, depth: number): Condition {
  const pick = picker(random);
  const parts = () => Array.from({ length: pick([1, 2]) }, () => conditionOf(random, depth + 1));
  switch (depth > 1 ? "match" : pick(["match", "match", "match", "all", "any", "none", "segment", "everyone"])) {
    case "everyone":
      return { op: "all", of: [] };
    case "all":
      return { op: "all", of: parts() };
    case "any":
      return { op: "any", of: parts() };
    case "none":
      return { op: "none", of: parts() };
    case "segment":
      return { op: "segment", anyOf: [{ name: "staff", when: conditionOf(random, depth + 1) }] };
    default: {
      const [attribute, test] = pick<readonly [string, Test]>([
        ["userRole", { op: pick(["in", "not"]), values: some(["customer", "mechanic", "admin", 1], random) }],
        ["city", { op: pick(["in", "not"]), values: some(["M5V", "M5G", "H2X", "V6B"], random) }],
        ["city", { op: "startsWith", values: some(["M5", "H"], random) }],
        ["age", { op: pick(["gte", "lt"]), value: 18 }],
        ["appVersion", { op: "semver", range: pick([">=5.5", "<6", "^5.5.0"]) }],
        ["age", { op: "exists", value: pick([true, false]) }],
      ]);
      return { op: "match", attribute, tests: [test] };
    }
  }
}

function shareOf(random: Random): number {
  return picker(random)([
    0,
    1,
    10_000,
    50_000,
    99_999,
    WHOLE,
    Math.floor(random.between(0, WHOLE)),
    Math.floor(random.between(0, WHOLE)),
  ]);
}

function some<Value>(values: readonly Value[], random: Random): readonly Value[] {
  const found = values.filter(() => random.next() < 0.5);
  return found.length === 0 ? values.slice(0, 1) : found;
}

function many<Value>(count: number, value: Value): readonly Value[] {
  return Array.from({ length: count }, () => value);
}

function picker(random: Random): <Value>(values: readonly Value[]) => Value {
  return (values) => values[Math.floor(random.next() * values.length)]!;
}
