import { expect, test } from "vitest";
import { POLICY_CODES } from "../../../src/source/check/codes.ts";
import { reportBetween } from "../../../src/impact/report-between.ts";
import { loaded, saidOf, STRICT, textOf, TODAY, type Tree } from "./branch.ts";

interface Case {
  readonly about: string;
  readonly before: Tree;
  readonly after: Tree;
  readonly config?: string;
  readonly said: readonly string[];
}

const OTHER = { other: "enabled: true\nrollout: all\n" };
const env = (production: string, staging = "{ rollout: all }") =>
  `enabled: true\nrollout: none\nenvironments:\n  staging: ${staging}\n  canary: { rollout: all }\n  production: ${production}\n`;
const everywhere = (lines: string) => `enabled: true\n${lines}\n`;
const MEANT = '  if this is intended, add: acknowledge: { canary: "ID", production: "ID", reason: "…" }';
const NO_LIMIT = STRICT.replace("  maxStep: 25%\n", "");

const CASES: readonly Case[] = [
  {
    about: "a share that rises too far, in the overlay that says so",
    before: { checkout: env("{ rollout: 10% }") },
    after: { checkout: env("{ rollout: 50% }") },
    said: [
      "flags/checkout.yaml:10 50% | error step-too-large production: the jump of 40 points exceeds policy maxStep (25)",
      '  if this is intended, add: acknowledge: { production: "ID", reason: "…" }',
    ],
  },
  {
    about: "a share at the top of the file, in every environment that it reaches; one line says yes to both",
    before: { checkout: everywhere("rollout: 10%") },
    after: { checkout: everywhere("rollout: 50%") },
    said: [
      "flags/checkout.yaml:6 50% | error step-too-large canary: the jump of 40 points exceeds policy maxStep (25)",
      MEANT,
      "flags/checkout.yaml:6 50% | error step-too-large production: the jump of 40 points exceeds policy maxStep (25)",
      MEANT,
    ],
  },
  {
    about: "a flag that is switched on, at the word that does it",
    before: { checkout: env("{ enabled: false, rollout: all }") },
    after: { checkout: env("{ enabled: true, rollout: all }") },
    said: [
      "flags/checkout.yaml:10 true | error step-too-large production: the jump of 100 points exceeds policy maxStep (25)",
      '  if this is intended, add: acknowledge: { production: "ID", reason: "…" }',
    ],
  },
  {
    about: "a rule's share, at the rule",
    before: {
      checkout: everywhere(
        "rules:\n  - { name: admins, if: { userRole: admin }, rollout: 1%, serve: true }\nrollout: none",
      ),
    },
    after: {
      checkout: everywhere(
        "rules:\n  - { name: admins, if: { userRole: admin }, rollout: 90%, serve: true }\nrollout: none",
      ),
    },
    said: [
      "flags/checkout.yaml:7 90% | error step-too-large canary: the jump of 44.5 points exceeds policy maxStep (25)",
      MEANT,
      "flags/checkout.yaml:7 90% | error step-too-large production: the jump of 44.5 points exceeds policy maxStep (25)",
      MEANT,
    ],
  },
  {
    about: "a salt that deals everyone again",
    before: { checkout: everywhere("rollout: 10%") },
    after: { checkout: everywhere("rollout: 10%\nsalt: dealt-anew") },
    said: [
      'flags/checkout.yaml:7 dealt-anew | error reshuffle canary: the salt changes from "checkout" to "dealt-anew": every subject gets a new bucket',
      MEANT,
      'flags/checkout.yaml:7 dealt-anew | error reshuffle production: the salt changes from "checkout" to "dealt-anew": every subject gets a new bucket',
      MEANT,
    ],
  },
  {
    about: "a split in other shares, at what it serves",
    before: { checkout: everywhere("rollout: 20%\nserve: { split: { true: 50%, false: 50% } }") },
    after: { checkout: everywhere("rollout: 21%\nserve: { split: { true: 49%, false: 51% } }") },
    said: [
      "flags/checkout.yaml:7 { split: { true: 49%, false: 51% } } | error reshuffle canary: the split of the default rollout changes: subjects move between its variants",
      MEANT,
      "flags/checkout.yaml:7 { split: { true: 49%, false: 51% } } | error reshuffle production: the split of the default rollout changes: subjects move between its variants",
      MEANT,
    ],
  },
  {
    about: "a protected flag that reaches more, at the first line that is another",
    before: { checkout: everywhere("protected: true\nrollout: 10%") },
    after: {
      checkout: everywhere(
        "protected: true\nrules:\n  - { name: admins, if: { userRole: admin }, rollout: 20%, serve: true }\nrollout: 10%",
      ),
    },
    said: [
      "flags/checkout.yaml:8 admins | error protected-widening canary: the flag is protected: every widening needs an acknowledgement",
      MEANT,
      "flags/checkout.yaml:8 admins | error protected-widening production: the flag is protected: every widening needs an acknowledgement",
      MEANT,
    ],
  },
  {
    about: "a protected flag that is new and answers somebody",
    before: OTHER,
    after: { ...OTHER, checkout: everywhere("protected: true\nrollout: 1%") },
    said: [
      "flags/checkout.yaml:7 1% | error protected-widening canary: the flag is protected: every widening needs an acknowledgement",
      MEANT,
      "flags/checkout.yaml:7 1% | error protected-widening production: the flag is protected: every widening needs an acknowledgement",
      MEANT,
    ],
  },
  {
    about: "more flags than one sync may change, where the limit stands",
    before: Object.fromEntries(["a", "b", "c", "d"].map((key) => [key, env("{ rollout: 10% }")])),
    after: Object.fromEntries(["a", "b", "c", "d"].map((key) => [key, env("{ rollout: 11% }")])),
    said: [
      "flags/_config.yaml:13 3 | warning too-many-flags production: the answers of 4 flags can change; policy maxFlags is 3",
      "  acknowledge it when syncing: hoist sync --env production --acknowledge ID",
    ],
  },
  {
    about: "an archive that flips people, in the file that is gone",
    before: { ...OTHER, checkout: env("{ rollout: 10% }") },
    after: OTHER,
    said: [
      "flags/checkout.yaml:1 name | warning archive-flips canary: archiving the flag changes answers",
      "  acknowledge it when syncing: hoist sync --env canary --acknowledge ID",
      "flags/checkout.yaml:1 name | warning archive-flips production: archiving the flag changes answers",
      "  acknowledge it when syncing: hoist sync --env production --acknowledge ID",
    ],
  },
  {
    about: "a share that the environment before does not have, and who would get it",
    before: { checkout: env("{ rollout: 10% }").replace("canary: { rollout: all }", "canary: { rollout: 10% }") },
    after: { checkout: env("{ rollout: 20% }").replace("canary: { rollout: all }", "canary: { rollout: 10% }") },
    said: [
      "flags/checkout.yaml:10 20% | error staging-first production: the default rollout serves true to people who do not get it in canary, e.g. userId user-8",
      "  serve it in canary first, or in the same change",
    ],
  },
  {
    about: "a flag that is new in a protected environment only",
    before: OTHER,
    after: {
      ...OTHER,
      checkout: "enabled: false\nrollout: all\nenvironments:\n  canary: { enabled: true }\n  production: {}\n",
    },
    said: [
      "flags/checkout.yaml:6 all | error staging-first canary: the default rollout serves true to people who do not get it in staging, e.g. anyone",
      "  serve it in staging first, or in the same change",
    ],
  },
  {
    about: "a segment that grows under a rule that only production has",
    before: {
      "_segments/staff": "description: People who work here.\nif: { userRole: admin }\n",
      checkout: env("{ rules: [{ name: staff, if: { segment: staff }, serve: true }] }").replace(
        "canary: { rollout: all }",
        "canary: {}",
      ),
    },
    after: {
      "_segments/staff":
        "description: People who work here.\nif: { any: [{ userRole: admin }, { postalCode: M5V }] }\n",
      checkout: env("{ rules: [{ name: staff, if: { segment: staff }, serve: true }] }").replace(
        "canary: { rollout: all }",
        "canary: {}",
      ),
    },
    said: [
      'flags/checkout.yaml:10 staff | error staging-first production: rule "staff" serves true to people who do not get it in canary, e.g. postalCode M5V',
      "  serve it in canary first, or in the same change",
    ],
  },
  {
    about: "a variant that the environment before never serves",
    before: { checkout: colours("blue", "blue") },
    after: { checkout: colours("blue", "{ split: { blue: 50%, green: 50% } }") },
    config: NO_LIMIT,
    said: [
      "flags/checkout.yaml:12 { split: { blue: 50%, green: 50% } } | error staging-first production: the default rollout serves green to people who do not get it in canary, e.g. userId user-1",
      "  serve it in canary first, or in the same change",
    ],
  },
  {
    about: "nothing where both split, each in its own way, and the same variants are dealt",
    before: { checkout: colours("{ split: { blue: 90%, green: 10% } }", "blue") },
    after: { checkout: colours("{ split: { blue: 90%, green: 10% } }", "{ split: { green: 50%, blue: 50% } }") },
    config: NO_LIMIT,
    said: [],
  },
  {
    about: "nothing where the environment before reaches the same people by other rules",
    before: { checkout: env("{ rollout: none }", "{ rollout: all }") },
    after: {
      checkout: env(
        "{ rules: [{ name: Toronto, if: { postalCode: [M5V, M4Y] }, rollout: 25%, serve: true }], rollout: { roles: [admin] } }",
      ),
    },
    config: NO_LIMIT,
    said: [],
  },
  {
    about: "a day too far ahead, of a flag that is added and of one whose day is moved",
    before: {
      moved: everywhere("expires: 2027-03-01\nrollout: all"),
      kept: everywhere("expires: 2031-01-01\nrollout: all"),
    },
    after: {
      moved: everywhere("expires: 2027-06-01\nrollout: all"),
      kept: everywhere("expires: 2031-01-01\nrollout: 90%"),
      added: everywhere("expires: 2027-05-20\nrollout: all"),
      allowed: everywhere("expires: 2027-05-19\nrollout: all"),
    },
    config: STRICT.replace("maxFlags: 3", "maxFlags: 30"),
    said: [
      "flags/added.yaml:6 2027-05-20 | error expires-too-late expires is 181 days ahead; policy maxExpiryDays allows 180",
      "  the latest date allowed today is 2027-05-19",
      "flags/moved.yaml:6 2027-06-01 | error expires-too-late expires is 193 days ahead; policy maxExpiryDays allows 180",
      "  the latest date allowed today is 2027-05-19",
    ],
  },
  {
    about: "a type that changes, once and not for each environment",
    before: { checkout: everywhere("rollout: all") },
    after: {
      checkout: everywhere("type: string\nvariants: { grey: a, blue: b }\noffVariant: grey\nserve: blue\nrollout: all"),
    },
    config: STRICT.replace("  stagingFirst: true\n", ""),
    said: [
      "flags/checkout.yaml:6 string | error type-changed checkout has type boolean in the table; the type of a flag cannot change",
      "  running programs would get values of a different type: add a new flag under a different key",
    ],
  },
  {
    about: "a key whose environment variable another flag holds for ever",
    before: { "new-checkout": everywhere("rollout: none"), ...OTHER },
    after: { new_checkout: everywhere("rollout: none"), ...OTHER },
    said: [
      "flags/new_checkout.yaml:1 name | error name-taken new_checkout has the same environment variable, FEATURE_NEW_CHECKOUT, as new-checkout, which is in the table (perhaps archived)",
      "  give the new flag another key",
    ],
  },
];

function colours(canary: string, production: string): string {
  return `type: string
variants: { grey: a, blue: b, green: c }
offVariant: grey
enabled: true
serve: ${canary}
rollout: all
environments:
  production: { serve: ${production} }
`;
}

test.each(CASES)("$about", ({ before, after, config, said }) => {
  expect(textOf(saidOf(before, after, config))).toEqual(said);
});

test("every code has a branch that causes it, and no other code appears", () => {
  const said = CASES.flatMap(({ before, after, config }) => saidOf(before, after, config).map(({ code }) => code));
  expect([...new Set(said)].sort()).toEqual(Object.keys(POLICY_CODES).sort());
});

test("no policy applies to unprotected environments, or if none is set", () => {
  const free = STRICT.replaceAll("{ protected: true }", "{}");
  const unset = STRICT.slice(0, STRICT.indexOf("policies:"));
  for (const { before, after, said } of CASES) {
    const isPolicy = said.some((line) => / (step-too-large|staging-first|too-many-flags) /.test(line));
    if (!isPolicy) continue;
    const codes = saidOf(before, after, free).map(({ code }) => code);
    expect(codes).toEqual([]);
    const withoutPolicies = saidOf(before, after, unset).map(({ code }) => code);
    expect(withoutPolicies).toEqual([]);
  }
});

test("an acknowledged change is not reported, and the line for one environment is kept in the line for another", () => {
  const before = { checkout: env("{ rollout: 10% }") };
  const wanted = { checkout: env("{ rollout: 50% }") };
  const [{ hint = "" } = {}] = saidOf(before, wanted);
  const line = hint.replace("if this is intended, add: ", "");
  expect(saidOf(before, { checkout: `${wanted.checkout}${line}\n` })).toEqual([]);
  const later = `${wanted.checkout}${line}\n`;
  const both = later.replace("canary: { rollout: all }", "canary: { rollout: 40% }");
  const low = { checkout: later.replace("canary: { rollout: all }", "canary: { rollout: 1% }") };
  const [{ hint: next = "" } = {}] = saidOf(low, { checkout: both }, NO_STAGING);
  expect(next).toContain(/production: "[0-9a-f]{8}"/.exec(line)?.[0]);
  expect(
    saidOf(low, { checkout: both.replace(line, next.replace("if this is intended, add: ", "")) }, NO_STAGING),
  ).toEqual([]);
});

const NO_STAGING = STRICT.replace("  stagingFirst: true\n", "");

test("without maxStep a share may rise without limit", () => {
  expect(saidOf({ checkout: env("{ rollout: 10% }") }, { checkout: env("{ rollout: all }") }, NO_LIMIT)).toEqual([]);
});

const JUMP = { checkout: env("{ rollout: 10% }") };
const JUMPED = { checkout: env("{ rollout: 50% }") };

test.each([
  ["raised", STRICT.replace("maxStep: 25%", "maxStep: 100%")],
  ["taken away", NO_LIMIT],
])("a maxStep that is %s in the same change still holds for it", (_, loose) => {
  const [first = "", hint] = textOf(saidOf(JUMP, JUMPED, STRICT, loose));
  expect(first).toBe(
    "flags/checkout.yaml:10 50% | error step-too-large production: the jump of 40 points exceeds policy maxStep (25) in the base of this branch",
  );
  expect(hint).toContain("acknowledge");
  expect(saidOf(JUMP, JUMPED, loose, loose)).toEqual([]);
});

test("a maxStep that is lowered or added in the same change applies to it", () => {
  const loose = STRICT.replace("maxStep: 25%", "maxStep: 100%");
  for (const config of [loose, NO_LIMIT]) {
    const [first = ""] = textOf(saidOf(JUMP, JUMPED, config, STRICT));
    expect(first).toMatch(/policy maxStep \(25\)$/);
  }
});

test("an environment whose protection is removed in the same change is still protected", () => {
  const free = STRICT.replace("production: { protected: true }", "production: {}");
  expect(saidOf(JUMP, JUMPED, STRICT, free).map(({ code }) => code)).toEqual(["step-too-large"]);
  const at = { from: { ref: "main", commit: null }, to: { commit: null }, today: TODAY };
  const { environments } = reportBetween(loaded(JUMP, STRICT), loaded(JUMPED, free), at);
  expect(environments.find(({ environment }) => environment === "production")?.isProtected).toBe(true);
  expect(saidOf(JUMP, JUMPED, free, free)).toEqual([]);
});

test("stagingFirst, maxFlags and maxExpiryDays still apply to the change that removes them", () => {
  const loose = STRICT.slice(0, STRICT.indexOf("policies:"));
  const held = CASES.flatMap(({ before, after, config, said }) => {
    const codes = saidOf(before, after, config, loose).map(({ code }) => code);
    const wanted = ["staging-first", "too-many-flags", "expires-too-late"].filter((code) =>
      said.some((line) => line.includes(` ${code} `)),
    );
    expect(codes).toEqual(expect.arrayContaining(wanted));
    return wanted;
  });
  expect([...new Set(held)].sort()).toEqual(["expires-too-late", "staging-first", "too-many-flags"]);
});

const beta = (name: string, more: string) =>
  everywhere(`rules:\n  - { name: ${name}, if: { userRole: admin }, ${more}serve: true }\nrollout: none`);

test("a rule that is renamed or loses its share can jump too, and is reported at the rule", () => {
  const before = { checkout: beta("admins", "rollout: 1%, ") };
  const jumps = (after: string) =>
    textOf(saidOf(before, { checkout: after }, NO_STAGING)).filter((line) =>
      line.includes(" error step-too-large production:"),
    );
  expect(jumps(beta("all admins", "rollout: 90%, "))).toEqual([
    "flags/checkout.yaml:7 90% | error step-too-large production: the jump of 44.5 points exceeds policy maxStep (25)",
  ]);
  expect(jumps(beta("admins", ""))).toEqual([
    "flags/checkout.yaml:7 admins | error step-too-large production: the jump of 49.5 points exceeds policy maxStep (25)",
  ]);
});

test("the initial flags of a new environment are not ahead of another environment", () => {
  const tree = { checkout: "enabled: true\nrollout: none\nenvironments:\n  production: { rollout: all }\n" };
  const declared = STRICT.replace("  production: { protected: true }\n", "");
  const before = { checkout: "enabled: true\nrollout: none\n" };
  expect(saidOf(before, tree, declared, STRICT).map(({ code }) => code)).not.toContain("staging-first");
  expect(saidOf(before, tree, STRICT, STRICT).map(({ code }) => code)).toContain("staging-first");
});
