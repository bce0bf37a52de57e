import { expect, test } from "vitest";
import type { Flag, Rollout, Serve } from "../../../src/core/flag/flag.ts";
import { loadFlags } from "../../../src/source/load/load.ts";
import { parseShare } from "../../../src/source/shape/share.ts";
import { sourceFile } from "../check-all.ts";

const CONFIG = `environments: { staging: {}, production: {} }
attributes: { userRole: { type: string }, postalCode: { type: string }, sessionId: { type: string } }
owners: { team-a: "@acme/team-a" }
`;

function load(flag: string, segments: Readonly<Record<string, string>> = {}) {
  const loaded = loadFlags([
    sourceFile("flags/_config.yaml", CONFIG),
    ...Object.entries(segments).map(([name, text]) => sourceFile(`flags/_segments/${name}.yaml`, text)),
    sourceFile("flags/other.yaml", withHead("kind: ops\nenabled: true\nrollout: all\n")),
    sourceFile("flags/deep/er/example.yaml", withHead(flag)),
  ]);
  expect(loaded.diagnostics).toEqual([]);
  return loaded;
}

function resolved(
  flag: string,
  environment: string | null = null,
  segments: Readonly<Record<string, string>> = {},
): Flag {
  return load(flag, segments).flagsFor(environment).get("example")!;
}

function withHead(text: string): string {
  return `name: Example\ndescription: What is built.\nowner: team-a\n${text}`;
}

test("a flag with only the required fields gets the documented defaults", () => {
  expect(resolved("kind: ops\nenabled: true\nrollout: all\n")).toEqual({
    key: "example",
    name: "Example",
    description: "What is built.",
    owner: "team-a",
    kind: "ops",
    expires: null,
    tags: [],
    metadata: {},
    type: "boolean",
    variants: { on: true, off: false },
    offVariant: "off",
    fallback: "off",
    enabled: true,
    rules: [],
    rollout: { strategy: "all" },
    serve: { variant: "on" },
    requires: [],
    salt: "example",
    client: false,
    protected: false,
  } satisfies Flag);
});

const ROLLOUTS: readonly (readonly [string, Rollout])[] = [
  ["all", { strategy: "all" }],
  ["none", { strategy: "percentage", portion: { share: 0, by: "userId" } }],
  ["25%", { strategy: "percentage", portion: { share: 25_000, by: "userId" } }],
  ["{ percentage: 0.001%, by: sessionId }", { strategy: "percentage", portion: { share: 1, by: "sessionId" } }],
  ["{ percentage: 100% }", { strategy: "percentage", portion: { share: 100_000, by: "userId" } }],
  ["{ roles: [admin, boss] }", { strategy: "role", roles: ["admin", "boss"] }],
  ["{ whitelist: { userId: [user-42, 7] } }", { strategy: "whitelist", lists: { userId: ["user-42", "7"] } }],
];

test.each(ROLLOUTS)("rollout: %s is read as its strategy", (written, rollout) => {
  expect(resolved(`kind: ops\nenabled: true\nrollout: ${written}\n`).rollout).toEqual(rollout);
});

const SERVES: readonly (readonly [string, Serve])[] = [
  ["true", { variant: "on" }],
  ["false", { variant: "off" }],
  [
    "{ split: { true: 33.333%, false: 66.667% } }",
    {
      split: [
        { variant: "on", share: 33_333 },
        { variant: "off", share: 66_667 },
      ],
    },
  ],
];

test.each(SERVES)("serve: %s of a boolean flag is read as on or off", (written, serve) => {
  expect(resolved(`kind: ops\nenabled: true\nrollout: all\nserve: ${written}\n`).serve).toEqual(serve);
});

test("an overlay replaces whole keys and leaves the others", () => {
  const text = `kind: ops
enabled: true
rules:
  - { name: one, if: { userRole: admin }, rollout: 10% }
rollout: 25%
environments:
  staging: { rollout: all }
  production: { enabled: false, rules: [{ name: two, if: { postalCode: M5V }, serve: false }], serve: false }
`;
  const base = resolved(text);
  expect(resolved(text, "staging")).toEqual({ ...base, rollout: { strategy: "all" } });
  expect(resolved(text, "production")).toEqual({
    ...base,
    enabled: false,
    serve: { variant: "off" },
    rules: [
      {
        name: "two",
        when: { op: "match", attribute: "postalCode", tests: [{ op: "in", values: ["M5V"] }] },
        portion: null,
        serve: { variant: "off" },
      },
    ],
  });
});

test("segments are resolved in other segments and in rules", () => {
  const staff = { op: "match", attribute: "userRole", tests: [{ op: "in", values: ["admin"] }] };
  const rules = "rules:\n  - { name: one, if: { segment: people } }\n";
  const flag = resolved(`kind: ops\nenabled: true\n${rules}rollout: none\n`, null, {
    people: "description: All\nif: { any: [{ segment: staff }, { postalCode: M5V }] }\n",
    staff: "description: Staff\nif: { userRole: admin }\n",
  });
  const nested = { op: "segment", anyOf: [{ name: "staff", when: staff }] };
  const city = { op: "match", attribute: "postalCode", tests: [{ op: "in", values: ["M5V"] }] };
  const people = { name: "people", when: { op: "any", of: [nested, city] } };
  expect(flag.rules[0]?.when).toEqual({ op: "segment", anyOf: [people] });
});

test("a flag that is not boolean keeps its values, and names the variant that it serves", () => {
  const flag = resolved(`kind: ops
enabled: true
type: object
variants: { small: { size: 1 }, large: { size: 2, tags: [a, null] } }
offVariant: small
fallback: large
rollout: all
serve: large
requires: { other: [true, false] }
salt: before
client: true
protected: true
tags: [a]
metadata: { ticket: X-1 }
`);
  expect(flag).toMatchObject({
    type: "object",
    variants: { small: { size: 1 }, large: { size: 2, tags: ["a", null] } },
    offVariant: "small",
    fallback: "large",
    serve: { variant: "large" },
    requires: [{ flag: "other", variants: ["on", "off"] }],
    salt: "before",
    client: true,
    protected: true,
    tags: ["a"],
    metadata: { ticket: "X-1" },
  });
});

test("each flag lists the segment files that it uses, including indirect ones", () => {
  const loaded = load("kind: ops\nenabled: true\nrules:\n  - { name: one, if: { segment: a } }\nrollout: none\n", {
    a: "description: A\nif: { segment: b }\n",
    b: "description: B\nif: { userRole: admin }\n",
    c: "description: C\nif: { userRole: boss }\n",
  });
  const paths = loaded.flags.find(({ key }) => key === "example")?.segmentPaths;
  expect(paths).toEqual(["flags/_segments/a.yaml", "flags/_segments/b.yaml"]);
});

test("every share with at most 3 decimals is read exactly, from 0 to 100 %", () => {
  for (let share = 0; share <= 100_000; share += 1) {
    const whole = Math.floor(share / 1000);
    const decimals = String(share % 1000).padStart(3, "0");
    expect(parseShare(`${whole}.${decimals}%`)).toBe(share);
  }
  for (const text of ["100.001%", "25", "-1%", "1.0000%", "01%", ".5%", "5.%", " 5%", "5 %", "1e1%", "%"]) {
    expect(parseShare(text)).toBeUndefined();
  }
});
