import type { JsonObject, JsonValue } from "../../../src/core/json.ts";

type Random = () => number;

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

function shuffled<Item>(random: Random, items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

const SHARES = ["0%", "1%", "10%", "33.333%", "50%", "99.5%", "100%"];
const ATTRIBUTES = ["userRole", "sessionId", "workshopId"];

function rollout(random: Random): JsonValue {
  return pick<() => JsonValue>(random, [
    () => "all",
    () => "none",
    () => pick(random, SHARES),
    () => ({ percentage: pick(random, SHARES), by: pick(random, ATTRIBUTES) }),
    () => ({ roles: ["admin", "mechanic"].slice(0, 1 + Math.floor(random() * 2)) }),
    () => ({ whitelist: { userId: ["user-1", "42"], workshopId: ["workshop-1"] } }),
  ])();
}

function serve(random: Random): JsonValue {
  return random() < 0.7 ? random() < 0.7 : { split: { true: "40%", false: "60%" } };
}

function rule(random: Random, name: string): JsonObject {
  const conditions: readonly JsonObject[] = [
    { segment: "staff" },
    { userRole: pick(random, ["admin", "mechanic"]) },
    { any: [{ userRole: ["admin", "customer"] }, { workshopId: { startsWith: "workshop-" } }] },
    { sessionId: { exists: true }, none: [{ userRole: "customer" }] },
  ];
  return {
    name,
    if: pick(random, conditions),
    ...(random() < 0.5
      ? { rollout: random() < 0.5 ? pick(random, SHARES) : { percentage: "10%", by: "sessionId" } }
      : {}),
    ...(random() < 0.5 ? { serve: serve(random) } : {}),
  };
}

/** Names with everything that text may have in it. */
export const RULE_NAMES = ["staff first", "Toronto: beta", '50% of "them"', "it's [the] rest"];

function rules(random: Random): readonly JsonObject[] {
  return RULE_NAMES.slice(0, Math.floor(random() * 4)).map((name) => rule(random, name));
}

function overlay(random: Random): JsonObject {
  return {
    ...(random() < 0.5 ? { enabled: random() < 0.5 } : {}),
    ...(random() < 0.25 ? { rules: rules(random) } : {}),
    ...(random() < 0.5 ? { rollout: rollout(random) } : {}),
    ...(random() < 0.3 ? { serve: serve(random) } : {}),
  };
}

/** A valid boolean flag's file as JSON, its keys in any order. */
export function oddFlag(random: Random, requires: readonly string[]): JsonObject {
  const names = ["development", "staging", "production"].filter(() => random() < 0.5);
  const overlays = Object.fromEntries(shuffled(random, names).map((name) => [name, overlay(random)]));
  const fields: readonly (readonly [string, JsonValue])[] = [
    ["name", pick(random, ["Checkout", "A: name, with # signs", "Größe 数 🙂"])],
    ["description", pick(random, ["One word", "It switches: a thing, or two", 'Don\'t "quote" me'])],
    ["owner", pick(random, ["team-a", "team-b"])],
    ["kind", pick(random, ["ops", "permission", "release"])],
    ["expires", "2027-06-01"],
    ["enabled", random() < 0.7],
    ["rollout", rollout(random)],
    ...(random() < 0.6 ? [["rules", rules(random)] as const] : []),
    ...(random() < 0.4 ? [["serve", serve(random)] as const] : []),
    ...(random() < 0.4 ? [["tags", ["one", "two words"]] as const] : []),
    ...(random() < 0.3 ? [["metadata", { ticket: "A-1", links: ["https://acme.dev/a", "b"] }] as const] : []),
    ...(random() < 0.2 ? [["salt", "older_key"] as const] : []),
    ...(random() < 0.2 ? [["client", true] as const] : []),
    ...(requires.length > 0 && random() < 0.6 ? [["requires", { [pick(random, requires)]: true }] as const] : []),
    ...(random() < 0.8 ? [["environments", overlays] as const] : []),
    ...(random() < 0.3
      ? [["acknowledge", { production: "12345678", staging: "abcdef01", reason: "it went well" }] as const]
      : []),
    ...(random() < 0.4 ? [["tests", [{ given: { userRole: "admin" }, expect: true }]] as const] : []),
  ];
  return Object.fromEntries(random() < 0.3 ? shuffled(random, fields) : fields);
}
