import { describe, expect, test } from "vitest";
import { flipLines, flippedText } from "../../src/cli/plan/flips-text.ts";
import { flipsText } from "../../src/github/report/table.ts";
import { contextsFrom } from "../../src/impact/contexts.ts";
import { reportBetween } from "../../src/impact/report-between.ts";
import type { EnvironmentReport, FlagReport } from "../../src/impact/report.ts";
import { loaded, STRICT, type Tree, TODAY } from "./policy/branch.ts";

/** Reports the change of production from one tree to another. */
function reported(before: Tree, after: Tree, config = STRICT, contexts?: string): EnvironmentReport {
  const { environments } = reportBetween(loaded(before, config), loaded(after, config), {
    from: { ref: "main", commit: null },
    to: { commit: null },
    today: TODAY,
    environments: ["production"],
    contexts: contexts === undefined ? undefined : contextsFrom(contexts, "people.jsonl"),
  });
  const [production] = environments;
  if (production === undefined) throw new Error("no report");
  return production;
}

function flagIn({ flags }: EnvironmentReport, key: string): FlagReport {
  const flag = flags.find((each) => each.key === key);
  if (flag === undefined) throw new Error(`${key} is not reported`);
  return flag;
}

const flag = (lines: string) => `enabled: true\n${lines}\n`;
const rule = (condition: string) => flag(`rules: [{ name: some, if: ${condition}, serve: true }]\nrollout: none`);

describe("a figure that is exact only for some people", () => {
  const before = { a: flag("rollout: none") };
  const half = { a: flag("rollout: 50%") };

  test("says for whom in text and in Markdown", () => {
    const report = reported(before, half);
    expect(flippedText(report)).toBe("50.0 % of people who have a userId flip");
    expect(flipLines(flagIn(report, "a"))).toEqual([
      "50.0 % of people off → on, nobody loses anything (exact, of people who have a userId)",
    ]);
    expect(flipsText(flagIn(report, "a"))).toBe(
      "**50.0\u00A0%** off → on, nobody loses anything (exact, of people who have a userId)",
    );
    expect(flippedText(reported({ a: flag("rollout: all") }, { a: flag("rollout: 100%") }))).toBe(
      "none of the people who have a userId flip",
    );
  });

  test("is exact for everyone where the configuration says how many lack it, or where no subject is needed", () => {
    const config = STRICT.replace("userId: { type: string }", "userId: { type: string, missing: 40% }");
    expect(flipLines(flagIn(reported(before, half, config), "a"))).toEqual([
      "30.0 % of people off → on, nobody loses anything (exact)",
    ]);
    expect(flippedText(reported(before, { a: flag("rollout: all") }))).toBe("100 % of people flip");
  });

  test("is counted in a file of contexts", () => {
    const report = reported(before, half, STRICT, '{"userId":"u1"}\n{"userId":"u2"}\n{}\n');
    expect(flagIn(report, "a").flips).toMatchObject({ method: "counted", sample: 3, among: [] });
  });
});

describe("a figure that rests on a guess or on an assumption", () => {
  test("is marked itself, without a margin that would promise precision", () => {
    const report = reported({ a: flag("rollout: none") }, { a: rule("{ postalCode: M5V }") });
    const a = flagIn(report, "a");
    expect(report.guessed).toEqual(["postalCode"]);
    expect(a.flips).toMatchObject({ method: "sampled", guessed: ["postalCode"] });
    expect(flippedText(report)).toMatch(
      /^≈ \d\d\.\d % of people flip \(a guess, because postalCode declares no values\)$/,
    );
    expect(flipLines(a)).toEqual([
      expect.stringMatching(
        /^≈ \d\d\.\d % of people off → on by .* \(a guess, because postalCode declares no values\)$/,
      ),
      "  assumed: everyone has one postalCode",
    ]);
    expect(flipsText(a)).toMatch(
      /^\*\*\d\d\.\d\u00A0%\*\* off → on, nobody loses anything \(a guess, because postalCode declares no values\)<br>assumed: everyone has one postalCode$/,
    );
  });

  test("says that attributes are taken to be independent, to have one value, and not to be listed", () => {
    const config = STRICT.replace("postalCode: { type: string }", "plan: { type: number, values: [1, 2] }");
    const both = rule("{ userRole: admin, plan: 2, userId: { not: [user-1] } }");
    const { flips } = flagIn(reported({ a: flag("rollout: none") }, { a: both }, config), "a");
    expect(flips).toMatchObject({
      guessed: [],
      assumed: [
        { kind: "one-value", attributes: ["plan", "userRole"] },
        { kind: "independent", attributes: ["plan", "userRole"] },
        { kind: "unlisted", attributes: ["userId"] },
      ],
    });
    expect(flipLines({ flips, kind: "widen", action: "update" }).at(-1)).toBe(
      "  assumed: everyone has one plan and userRole; plan and userRole are independent of each other; nobody has a listed userId",
    );
  });
});

describe("a flag that requires a changed one", () => {
  const dependent = { g: flag("requires: { f: true }\nrollout: all") };

  test("is reported however few people it affects", () => {
    const report = reported({ f: flag("rollout: none"), ...dependent }, { f: flag("rollout: 0.004%"), ...dependent });
    expect(flipLines(flagIn(report, "g"))).toEqual([
      "0.004 % of people off → on, nobody loses anything (exact, of people who have a userId)",
    ]);
  });

  test("is reported if nobody of the sample or of the file is affected", () => {
    const rare = rule("{ userRole: admin, userId: { startsWith: nobody-has-this } }");
    const change = [
      { f: flag("rollout: none"), ...dependent },
      { f: rare, ...dependent },
    ] as const;
    expect(flagIn(reported(...change, STRICT, '{"userId":"u1"}\n'), "g").flips.flipped).toEqual({
      share: 0,
      margin: 0,
    });
    expect(flagIn(reported(...change), "g").kind).toBe("widen");
  });

  test("is not reported if its answers cannot change", () => {
    const off = { g: "enabled: false\nrequires: { f: true }\nrollout: all\n" };
    const report = reported({ f: flag("rollout: none"), ...off }, { f: flag("rollout: all"), ...off });
    expect(report.flags.map(({ key }) => key)).toEqual(["f"]);
  });
});

test("a change that hides people from the jump says so in the report", () => {
  const report = reported({ a: flag("rollout: none") }, { a: rule('{ postalCode: { startsWith: "M" } }') });
  expect(report.needs).toEqual([]);
  expect(flagIn(report, "a").warnings).toContainEqual({
    code: "not-measured",
    text: "policy maxStep does not count people whom conditions on postalCode select, because no values are declared",
  });
});

describe("no change is called a reshuffle if people only gain or only lose", () => {
  const kindOf = (before: string, after: string) => flagIn(reported({ a: flag(before) }, { a: flag(after) }), "a").kind;
  test.each([
    ["rollout: 4%", "rollout: none\nsalt: other", "narrow"],
    ["rollout: none", "rollout: 20%\nsalt: other", "widen"],
    [
      "rollout: none\nserve: { split: { true: 50%, false: 50% } }",
      "rollout: 20%\nserve: { split: { true: 30%, false: 70% } }",
      "widen",
    ],
    ["rollout: 4%", "rollout: all\nsalt: other", "widen"],
    ["rollout: 4%", "rollout: 4%\nsalt: other", "reshuffle"],
  ])("%j → %j", (before, after, kind) => {
    expect(kindOf(before, after)).toBe(kind);
    const needs = reported({ a: flag(before) }, { a: flag(after) }).needs.filter(({ code }) => code === "reshuffle");
    expect(needs).toHaveLength(kind === "reshuffle" ? 1 : 0);
  });
});
