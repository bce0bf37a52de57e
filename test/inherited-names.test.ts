import { describe, expect, test } from "vitest";
import { describeFlag } from "../src/core/describe/describe.ts";
import { differenceTexts } from "../src/core/describe/describe-difference.ts";
import { trace } from "../src/core/evaluate/trace.ts";
import type { Flag } from "../src/core/flag/flag.ts";
import type { JsonObject } from "../src/core/json.ts";
import { columnsOf, flagOfRow } from "../src/core/row/row-codec.ts";
import { seenOverrides } from "../src/impact/seen-overrides.ts";
import { tableStep } from "../src/log/log-table.ts";
import { loadFlags } from "../src/source/load/load.ts";
import type { AuditEntry } from "../src/store/store.ts";
import { sourceFile } from "./source/check-all.ts";
import { aFlag, aRule, flagMap, flagSet, isOneOf, percentage } from "./support/flags.ts";
import { planOf } from "./support/plans.ts";
import { aRow } from "./support/rows.ts";

/** Lists the names of properties that every object inherits, e.g. `constructor`. */
const NAMES = Object.getOwnPropertyNames(Object.prototype);

/** Returns an object with one property. Unlike a literal, it can have the name `__proto__`. */
function record<Value>(name: string, value: Value): Readonly<Record<string, Value>> {
  return Object.fromEntries([[name, value]]);
}

interface Example {
  /** Serves `on` to `match`, and `off` to people without attributes. */
  readonly flag: Partial<Flag>;
  readonly match: Readonly<Record<string, unknown>>;
  readonly others?: readonly Flag[];
}

const OFF = percentage(0);
const rest = { portion: null, serve: { variant: "on" } };

/** The places of a flag that hold names. */
const PLACES: Readonly<Record<string, (name: string) => Example>> = {
  "an attribute of a condition": (name) => ({
    flag: { rules: [{ ...rest, name: "", when: isOneOf(name, "a") }], rollout: OFF },
    match: record(name, "a"),
  }),
  "a value of a condition": (name) => ({
    flag: { rules: [{ ...rest, name: "", when: isOneOf("userRole", name) }], rollout: OFF },
    match: { userRole: name },
  }),
  "a segment": (name) => ({
    flag: {
      rules: [aRule({ when: { op: "segment", anyOf: [{ name, when: isOneOf("userRole", "a") }] } })],
      rollout: OFF,
    },
    match: { userRole: "a" },
  }),
  "an attribute of a whitelist": (name) => ({
    flag: { rollout: { strategy: "whitelist", lists: record(name, ["a"]) } },
    match: record(name, "a"),
  }),
  "a value of a whitelist": (name) => ({
    flag: { rollout: { strategy: "whitelist", lists: { userId: [name] } } },
    match: { userId: name },
  }),
  "a role": (name) => ({ flag: { rollout: { strategy: "role", roles: [name] } }, match: { userRole: name } }),
  "the attribute of a share": (name) => ({ flag: { rollout: percentage(99.999, name) }, match: record(name, "a") }),
  "a required flag": (name) => ({
    flag: { requires: [{ flag: name, variants: ["on"] }], rollout: { strategy: "role", roles: ["a"] } },
    match: { userRole: "a" },
    others: [aFlag({ key: name })],
  }),
  "the name of a rule": (name) => ({
    flag: { rules: [aRule({ name, when: isOneOf("userRole", "a") })], rollout: OFF },
    match: { userRole: "a" },
  }),
  "owner, tags, metadata and salt": (name) => ({
    flag: {
      owner: name,
      tags: [name],
      metadata: record(name, name),
      salt: name,
      rollout: { strategy: "role", roles: ["a"] },
    },
    match: { userRole: "a" },
  }),
};

describe.each(Object.keys(PLACES))("the name of an inherited property as %s", (place) => {
  test.each(NAMES)("%s means what any other name means", (name) => {
    const { flag: wanted, match, others = [] } = PLACES[place]!(name);
    const flag = aFlag({ key: "example", ...wanted });
    const flags = flagMap([flag, ...others]);
    const set = flagSet(flag, ...others);
    for (const [context, variant] of [
      [match, "on"],
      [{}, "off"],
    ] as const) {
      const answer = set.evaluate("example", context);
      expect(answer).toMatchObject({ variant });
      expect(trace(flags, "example", context).evaluation).toEqual(answer);
    }
    const read = flagOfRow(JSON.parse(JSON.stringify(aRow(flag))));
    expect(read).toMatchObject({ ok: true });
    expect(read.ok && JSON.stringify(columnsOf(read.flag))).toBe(JSON.stringify(columnsOf(flag)));
    expect(planOf({ files: [flag], rows: [read] }).changes).toEqual([]);
    expect(planOf({ files: [aFlag({ key: "example" })], rows: [read] }).changes).toHaveLength(1);
    expect(typeof describeFlag(flag).text).toBe("string");
    expect(differenceTexts(aFlag({ key: "example" }), flag).length).toBeGreaterThan(0);
    expect(tableStep("production", auditEntryOf(flag)).text).not.toMatch(/could not|cannot/);
  });
});

function auditEntryOf(flag: Flag): AuditEntry {
  const state = (each: Flag): JsonObject => JSON.parse(JSON.stringify({ ...aRow(each) }));
  const times = { changedBy: "sql", changedAt: "2026-11-01T00:00:00.000Z", notes: null, bySync: false, revision: 3 };
  const states = { oldState: state(aFlag({ key: "example" })), newState: state(flag) };
  return { toggleId: "1", key: "example", action: "updated", ...states, ...times, problem: null };
}

test.each(NAMES)("%s can be a variant, a flag that does not exist, and an overridden flag", (name) => {
  const variants = { ...record(name, "value"), control: "other" };
  const coloured = { type: "string", variants, offVariant: "control", serve: { variant: name } } as const;
  const set = flagSet(aFlag({ key: "example", ...coloured }));
  expect(set.evaluate("example", {})).toMatchObject({ variant: name, value: "value" });
  expect(set.evaluate(name, {})).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
  expect(trace(new Map(), name, {}).evaluation).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
  const unknown = aRow(aFlag({ key: "example", ...coloured }), { variants: { control: "other" } });
  expect(flagOfRow(unknown)).toMatchObject({ ok: false });
  const overrides: JsonObject = record(name, { variant: name, via: name });
  expect(seenOverrides([{ overrides }, { overrides: {} }])).toEqual([
    { key: name, variants: [name], via: [name], instances: 1, of: 2 },
  ]);
});

const CONFIG = (name: string) => `environments: { staging: {}, production: {} }
attributes: { userRole: { type: string }, ${name}: { type: string } }
owners: { ${name}: "@acme/a" }
`;
const FLAG = (name: string, lines: string) =>
  `name: Example\ndescription: What it does.\nowner: ${name}\nkind: ops\nenabled: true\n${lines}\n`;

/** What flag files can name. Each tree has errors or means what it says. */
const LINES: readonly ((name: string) => string)[] = [
  (name) => `rules: [{ if: { ${name}: a }, serve: true }]\nrollout: none`,
  (name) => `rollout: { whitelist: { ${name}: [a] } }`,
  (name) => `rollout: { percentage: 10%, by: ${name} }`,
  (name) => `type: string\nvariants: { ${name}: a, other: b }\noffVariant: other\nserve: ${name}\nrollout: all`,
  (name) => `requires: { ${name}: true }\nrollout: all`,
  (name) => `tags: [${name}]\nmetadata: { ${name}: 1 }\nrollout: all`,
  (name) => `rules: [{ if: { segment: ${name} }, serve: true }]\nrollout: none`,
  (name) => `environments: { ${name}: { enabled: false } }\nrollout: all`,
  (name) => `${name}: true\nrollout: all`,
  (name) => `rules: [{ if: { userRole: { ${name}: a } }, serve: true }]\nrollout: none`,
  (name) => `tests: [{ given: { ${name}: a }, in: ${name}, expect: ${name} }]\nrollout: all`,
  (name) => `acknowledge: { ${name}: 12345678 }\nrollout: all`,
];

test.each(NAMES)("files that use the name %s are accepted or have diagnostics", (name) => {
  for (const lines of LINES) {
    const files = [
      sourceFile("flags/_config.yaml", CONFIG(name)),
      sourceFile(`flags/_segments/${name}.yaml`, "if: { userRole: a }\n"),
      sourceFile("flags/example.yaml", FLAG(name, lines(name))),
      sourceFile(`flags/${name}.yaml`, FLAG(name, "rollout: all")),
    ];
    const { diagnostics, flagsFor } = loadFlags(files);
    for (const { message, hint } of diagnostics)
      expect(`${message} ${hint ?? ""}`).not.toMatch(/\[native code\]|\[object/);
    const flag = flagsFor("production").get("example");
    if (flag !== undefined) expect(flagSet(flag).evaluate("example", {}).errorCode).toBeUndefined();
  }
});
