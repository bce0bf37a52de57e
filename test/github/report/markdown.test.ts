import { differenceText } from "../../../src/core/describe/describe-difference.ts";
import { aRule } from "../../support/flags.ts";
import { decidedByText } from "../../../src/core/describe/decided-by.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { COMMENT_LIMIT, reportMarkdown, SUMMARY_LIMIT } from "../../../src/github/report/markdown.ts";
import type { ChangeReport, FlagReport } from "../../../src/impact/report.ts";
import { actsIn, cellsOf, nodesOf, parseMarkdown, readText } from "../../support/markdown.ts";
import { asRead, nastyName } from "../../support/nasty.ts";
import { aFlagReport, aJump, aMove, anEnvironment, aReport, flipsOf, sampledFlips } from "../../support/report.ts";
import { exampleReport } from "./example.ts";
import { REPORTS } from "./reports.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_104);
const DOCUMENTS = process.env["FULL"] === "1" ? 60 : 4;
const comment = (report: ChangeReport) => reportMarkdown(report, { limit: COMMENT_LIMIT });
const inProduction = (flag: FlagReport) =>
  aReport({ environments: [anEnvironment({ environment: "production", flags: [flag] })] });
const headline = (report: ChangeReport) => comment(report).split("\n")[0];
const fences = (text: string) => nodesOf(parseMarkdown(text)).flatMap((node) => (node.type === "code" ? [node] : []));

test.each(Object.entries({ example: exampleReport(), ...REPORTS }))(
  "what a reviewer reads: %s",
  async (name, report) => {
    const text = reportMarkdown(report, { limit: COMMENT_LIMIT, elsewhere: "the summary of the job" });
    expect(actsIn(parseMarkdown(text))).toEqual([]);
    await expect(`${text}\n`).toMatchFileSnapshot(`../../golden/report-${name}.md`);
  },
);

describe("the headline", () => {
  test("counts the changes per environment, and shows the flips in production", () => {
    const staging = anEnvironment({ environment: "staging", flags: [aFlagReport({ key: "a" })] });
    const flags = [aFlagReport({ key: "a" }), aFlagReport({ key: "b" })];
    const production = anEnvironment({ environment: "production", flags, flipped: { share: 0.081, margin: 0.005 } });
    expect(headline(aReport({ environments: [staging, production] }))).toBe(
      "### Flags: 2 changes in production and 1 in staging — 8.1\u00A0% (±\u00A00.5) of people flip in production",
    );
  });

  test("states that production is unchanged, if it is", () => {
    const staging = anEnvironment({ environment: "staging", flags: [aFlagReport({ key: "a" })] });
    const report = aReport({ environments: [staging, anEnvironment({ environment: "production" })] });
    expect(headline(report)).toBe(
      "### Flags: 1 change in staging — production stays as it is; 40.0\u00A0% of people flip in staging",
    );
  });

  test("never claims that nobody flips from a sample of people", () => {
    const flag = aFlagReport({ key: "a", kind: "retarget", flips: sampledFlips(0.0003) });
    const environment = anEnvironment({ environment: "production", flags: [flag], flipped: flag.flips.flipped });
    expect(headline(aReport({ environments: [environment] }))).toBe(
      "### Flags: 1 change in production — nobody in the sample (at most 0.030\u00A0%) flips in production",
    );
  });

  test("is one plain sentence if nothing changes", () => {
    expect(comment(aReport())).toBe(
      "No flag changes: every answer stays the same in production, staging and development, compared with `origin/main`.",
    );
  });
});

describe("the warning about a loss", () => {
  const archived = aFlagReport({ key: "a", action: "archive", kind: "narrow", flips: flipsOf(aMove(1, "on", null)) });

  test("comes first if production loses something", () => {
    const [, alert] = comment(inProduction(archived)).split("\n\n");
    expect(alert).toBe("> [!CAUTION]\n> `a` is **archived** in production: **100\u00A0%** on → *fallback* (exact)");
  });

  test("is not shown for staging, or if nobody flips", () => {
    const staging = anEnvironment({ environment: "staging", flags: [archived] });
    const quiet = { ...archived, kind: "no-op", flips: flipsOf() } as const;
    const report = aReport({ environments: [staging, anEnvironment({ environment: "production", flags: [quiet] })] });
    expect(comment(report)).not.toContain("[!CAUTION]");
  });
});

describe("a needed acknowledgement", () => {
  test("is shown as a line to paste into the file, once for all environments of a flag", () => {
    const flags = (id: string, acknowledged: boolean) => [
      aFlagReport({ key: "a", needs: [{ ...aJump("a", acknowledged), id }] }),
    ];
    const environments = [
      anEnvironment({ environment: "canary", isProtected: true, flags: flags("00000001", true) }),
      anEnvironment({ environment: "production", flags: flags("00000002", false) }),
    ];
    const [block, ...others] = fences(comment(aReport({ environments })));
    expect([block?.lang, others]).toEqual(["yaml", []]);
    expect(block?.value).toBe('acknowledge: { canary: "00000001", production: "00000002", reason: "…" }');
    const acknowledge = { canary: "00000001", production: "00000002", reason: "…" };
    expect(parse(block?.value ?? "")).toEqual({ acknowledge });
  });

  test("is shown as a command if a file cannot contain it", () => {
    const needs = [
      {
        key: "a",
        code: "archive",
        text: "archiving the flag changes answers",
        id: "0a1b2c3d",
        acknowledged: false,
      } as const,
    ];
    const report = aReport({ environments: [anEnvironment({ environment: "production", needs })] });
    const [block] = fences(comment(report));
    expect([block?.lang, block?.value]).toEqual(["sh", "hoist sync --env production --acknowledge 0a1b2c3d"]);
  });

  test("is shown as acknowledged if it is, without a line to paste", () => {
    const text = comment(inProduction(aFlagReport({ key: "a", needs: [aJump("a", true)] })));
    expect([fences(text), text.includes("[!IMPORTANT]")]).toEqual([[], false]);
    expect(text).toContain("**Acknowledged**; the sync accepts this:\n\n- `a` in production: the jump of 40 points");
  });
});

test.each<[string, Partial<FlagReport>, string]>([
  ["exact figures", {}, "40.0 % off → on, nobody loses anything (exact)"],
  [
    "a sample's, with its margin",
    { kind: "retarget", flips: sampledFlips(0.005, aMove(0.081, "off", "on"), aMove(0.02, "on", "off")) },
    "8.1 % off → on, 2.0 % on → off (± 0.5)",
  ],
  [
    "those of one move by several lines together",
    { kind: "narrow", flips: flipsOf(aMove(0.2, "on", "off", { kind: "rule", name: "a" }), aMove(0.1, "on", "off")) },
    "30.0 % on → off (exact)",
  ],
  [
    "how many move at all, where they move in many ways",
    { kind: "reshuffle", flips: flipsOf(aMove(0.2, "a", "b"), aMove(0.1, "b", "c"), aMove(0.1, "c", "a")) },
    "40.0 %: 20.0 % a → b, 10.0 % b → c, 1 other move (exact)",
  ],
  ["nobody", { kind: "retarget", flips: flipsOf() }, "nobody (exact)"],
  [
    "nobody that was asked",
    { kind: "retarget", flips: sampledFlips(0.0003) },
    "none of 20,000 people (at most 0.030 %)",
  ],
  [
    "another value of the same variant",
    { kind: "retarget", flips: flipsOf(aMove(0.5, "blue", "blue")) },
    "50.0 % blue, which has a new value (exact)",
  ],
])("who flips: %s", (_name, flag, told) => {
  const [row = []] = cellsOf(parseMarkdown(comment(inProduction(aFlagReport({ key: "a", ...flag })))));
  expect(row[2]?.replaceAll("\u00A0", " ")).toBe(told);
});

test("environments with the same text share one row", () => {
  const environments = ["staging", "production"].map((environment) =>
    anEnvironment({ environment, flags: [aFlagReport({ key: "a" })] }),
  );
  const rows = cellsOf(parseMarkdown(comment(aReport({ environments }))));
  expect(rows.map(([where, key]) => [where, key])).toEqual([
    ["production staging", "a"],
    ["production staging", "a"],
  ]);
});

describe("hostile names, texts and values", () => {
  const names = fc.sample(nastyName, { numRuns: DOCUMENTS * 360, seed: SEED });
  const next = () => {
    const name = names.pop();
    if (name === undefined) throw new Error("too few names were made");
    return name;
  };
  const nastyFlag = (): FlagReport => {
    const key = next();
    return aFlagReport({
      key,
      // One file a flag, as in a tree.
      path: `${next()}${names.length}`,
      kind: "retarget",
      differences: [{ kind: "rule-removed", rule: aRule({ name: next() }) }],
      via: [next()],
      before: `was ${next()}`,
      after: `is ${next()}`,
      flips: flipsOf(aMove(0.3, next(), `${next()}2`, { kind: "rule", name: next() })),
      needs: [{ ...aJump(key), text: next() }],
      warnings: [{ code: "ahead", text: next() }],
    });
  };
  const reports = Array.from({ length: DOCUMENTS }, (): ChangeReport => {
    const environment = next();
    const flags = Array.from({ length: 30 }, nastyFlag);
    const problem = { key: next(), path: next(), code: "type-changed", message: next(), hint: next() } as const;
    const by = { changedBy: next(), changedAt: next(), notes: next(), revision: 1 };
    const manualChanges = [{ key: next(), kind: "unreadable", problem: next(), outcome: "overwritten", by }] as const;
    return aReport({
      from: { ref: next(), commit: next() },
      population: { source: "file", size: 7, seed: null, file: next(), guessed: [next()] },
      environments: [{ ...anEnvironment({ environment, flags }), problems: [problem], manualChanges }],
    });
  });

  test.each(reports.map((report, index) => [index, report] as const))(
    "report %i shows them as they are, and nothing of them acts",
    (_index, report) => {
      const tree = parseMarkdown(reportMarkdown(report, { limit: SUMMARY_LIMIT }));
      expect(actsIn(tree), `seed ${SEED}`).toEqual([]);
      const nodes = nodesOf(tree);
      const [environment = anEnvironment({ environment: "" })] = report.environments;
      const read = (text: string) => asRead(text.replaceAll("\u00A0", " "));
      const rows = cellsOf(tree).map((row) => row.map(read));
      const lines = nodes.filter(({ type }) => type === "paragraph").map((node) => read(readText(node)));
      const where = asRead(environment.environment);
      expect(lines.filter((line) => line.startsWith("before "))).toHaveLength(environment.flags.length);
      for (const { key, via, differences, flips, before, after, warnings } of environment.flags) {
        const [move = aMove(0, null, null)] = flips.moves;
        const moved = `${asRead(move.from ?? "")} → ${asRead(move.to ?? "")}`;
        const changed = asRead(differences.map(differenceText).join());
        expect(rows).toContainEqual([
          where,
          `${asRead(key)} via ${asRead(via[0] ?? "")}`,
          `30.0 % ${moved} (exact)`,
          changed,
          "retarget acknowledge",
        ]);
        expect(rows).toContainEqual([where, asRead(key), "30.0 %", moved, asRead(decidedByText(move.decidedBy))]);
        expect(lines).toContain(`before ${asRead(before ?? "")}`);
        expect(lines).toContain(`after ${asRead(after ?? "")}`);
        expect(lines).toContain(`${asRead(key)} in ${where}: ${asRead(warnings[0]?.text ?? "")}`);
      }
      expect(nodes.filter(({ type }) => type === "heading")).toHaveLength(1);
      // Two tables of changes, one of them folded, and the one by rule; one block a file.
      expect(nodes.filter(({ type }) => type === "table")).toHaveLength(3);
      expect(nodes.filter(({ type }) => type === "code")).toHaveLength(environment.flags.length);
    },
  );
});
