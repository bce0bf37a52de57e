import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMENT_LIMIT, reportMarkdown } from "../../../src/github/report/markdown.ts";
import { COMMENT_MARKER, type Live, withLive } from "../../../src/github/report/live-line.ts";
import { bytesOf } from "../../../src/github/report/shorten.ts";
import { actsIn, nodesOf, parseMarkdown, readText } from "../../support/markdown.ts";
import { nastyName } from "../../support/nasty.ts";
import type { ManualChange } from "../../../src/core/plan/manual-change.ts";
import { aFlag, aRule, percentage } from "../../support/flags.ts";
import { aFlagReport, anEnvironment, aReport } from "../../support/report.ts";
import { REPORTS } from "./reports.ts";

const STAGING: Live = {
  environment: "staging",
  revision: 71,
  commit: "91c0d3a1b2c3d4e5",
  seconds: 11,
  manualChanges: [],
};
const PRODUCTION: Live = { ...STAGING, environment: "production", revision: 57, seconds: 14 };
const BOTH = [STAGING, PRODUCTION];

/** Writes several environments into a comment, one after the other. */
function withAll(body: string, lives: readonly Live[], limit?: number): string {
  return lives.reduce((text, live) => withLive(text, live, limit), body);
}

const linesIn = (body: string) => body.split("\n").filter((line) => line.startsWith("- Live in "));

const commentOf = (name: string) => {
  const report = REPORTS[name];
  if (report === undefined) throw new Error(`no report ${name}`);
  return `${COMMENT_MARKER}\n${reportMarkdown(report, { limit: COMMENT_LIMIT - COMMENT_MARKER.length - 1 })}`;
};
const SMALL = commentOf("small");
const itemsOf = (body: string) =>
  nodesOf(parseMarkdown(body)).flatMap((node) => (node.type === "listItem" ? [readText(node).trim()] : []));

test("the live state is shown below the headline, with one line per environment", () => {
  const body = withAll(SMALL, BOTH);
  const [marker, headline, _blank, _start, ...lines] = body.split("\n");
  expect([marker, headline]).toEqual(SMALL.split("\n").slice(0, 2));
  expect(lines.slice(0, 2).join("\n")).toBe(linesIn(withAll(SMALL, BOTH)).join("\n"));
  expect(itemsOf(body).slice(0, 2)).toEqual([
    "Live in staging at revision 71, 11 s after the merge (91c0d3a)",
    "Live in production at revision 57, 14 s after the merge (91c0d3a)",
  ]);
  expect(actsIn(parseMarkdown(body))).toEqual([]);
});

test("manual changes that are kept are named in the same line", () => {
  const killed = { key: "workshop_routing", kind: "disabled", outcome: "stays" } as const;
  const live = aFlag({ key: "checkout", rollout: percentage(10) });
  const shared = { key: "checkout", kind: "default-rollout", group: "rollout", live, outcome: "stays" } as const;
  const [first] = itemsOf(withLive(SMALL, { ...PRODUCTION, manualChanges: [killed, shared] }));
  expect(first?.replaceAll("\u00A0", " ")).toBe(
    "Live in production at revision 57, 14 s after the merge (91c0d3a), but workshop_routing stays disabled manually; checkout stays as it is: 10 % of everyone, set manually",
  );
  const [many] = itemsOf(withLive(SMALL, { ...PRODUCTION, manualChanges: Array.from({ length: 7 }, () => killed) }));
  expect(many).toMatch(/; 3 more$/);
});

test("no text of a manual change acts as markdown", () => {
  fc.assert(
    fc.property(nastyName, nastyName, fc.constantFrom("disabled", "unreadable"), (key, problem, kind) => {
      const change: ManualChange = { key, outcome: "stays", ...(kind === "disabled" ? { kind } : { kind, problem }) };
      const body = withLive(SMALL, { ...PRODUCTION, manualChanges: [change] });
      expect(actsIn(parseMarkdown(body))).toEqual([]);
      expect(withLive(body, PRODUCTION)).toBe(withLive(SMALL, PRODUCTION));
    }),
    { numRuns: 100 },
  );
});

test("the same update twice gives the same comment", () => {
  const once = withLive(SMALL, STAGING);
  expect(withLive(once, STAGING)).toBe(once);
  expect(withLive(withLive(once, PRODUCTION), PRODUCTION)).toBe(withAll(SMALL, BOTH));
});

test("a later sync of an environment replaces its own line only", () => {
  const body = withLive(withAll(SMALL, BOTH), { ...STAGING, revision: 72, seconds: 7500 });
  expect(itemsOf(body).slice(0, 2)).toEqual([
    "Live in staging at revision 72, 2 h 5 min after the merge (91c0d3a)",
    "Live in production at revision 57, 14 s after the merge (91c0d3a)",
  ]);
});

test("the rest of the comment is unchanged", () => {
  const body = withLive(SMALL, STAGING);
  const without = body.replace(/<!-- flaghoist:live -->\n[^]*<!-- \/flaghoist:live -->\n\n/, "");
  expect(without).toBe(
    SMALL.replace("\n", "\n")
      .trim()
      .replace(/^(.*\n.*)\n\n/, "$1\n\n"),
  );
});

test.each([
  [0, "0 s"],
  [119.4, "119 s"],
  [120, "2 min"],
  [3599, "1 h"],
  [7200, "2 h"],
  [-3, "0 s"],
])("%d seconds after the merge are shown as %s", (seconds, told) => {
  expect(withLive(SMALL, { ...STAGING, seconds })).toContain(`, ${told} after the merge`);
});

test("a comment with other line endings is read too", () => {
  const stored = withLive(SMALL, STAGING).replaceAll("\n", "\r\n");
  expect(withLive(stored, PRODUCTION)).toBe(withAll(SMALL, BOTH));
});

test("a report without a headline gets it at the end", () => {
  const body = withLive(commentOf("empty"), STAGING);
  expect(body.split("\n\n").at(-1)).toContain(linesIn(withLive(SMALL, STAGING)).join("\n"));
});

test("no name of a flag or an environment is taken for one of the markers", () => {
  const nasty = fc.oneof(nastyName, fc.constantFrom("<!-- flaghoist:live -->", "<!-- /flaghoist:live -->", "### "));
  fc.assert(
    fc.property(nasty, nasty, nasty, (key, environment, text) => {
      const flags = [
        aFlagReport({ key, differences: [{ kind: "rule-removed", rule: aRule({ name: text }) }], before: text }),
      ];
      const report = aReport({ environments: [anEnvironment({ environment, flags })] });
      const body = reportMarkdown(report, { limit: COMMENT_LIMIT });
      const live = { ...STAGING, environment };
      const all = withLive(withAll(body, [live, PRODUCTION]), { ...live, revision: 72 });
      expect(linesIn(all)).toHaveLength(2);
      expect(actsIn(parseMarkdown(all))).toEqual([]);
      expect(all.split("\n")[0]).toBe(body.split("\n")[0]);
    }),
    { numRuns: 60, seed: Number(process.env["SEED"] ?? 20_261_104) },
  );
});

test("a comment at the limit loses collapsed sections from the end, and never the headline or the live state", () => {
  const body = commentOf("large");
  for (const limit of [bytesOf(body) + 10, 30_000, 4_000, 700]) {
    const text = withAll(body, BOTH, limit);
    expect(bytesOf(text)).toBeLessThanOrEqual(limit);
    expect(text.startsWith(`${COMMENT_MARKER}\n### Flags: 240 changes`)).toBe(true);
    expect(text).toContain(linesIn(withAll(SMALL, BOTH)).join("\n"));
    expect(text.match(/<details/g) ?? []).toHaveLength((text.match(/<\/details>/g) ?? []).length);
  }
});

test("if a comment has no room for all environments, the latest are shown", () => {
  const lives = Array.from({ length: 1000 }, (_, index) => ({ ...STAGING, environment: `region-${index}` }));
  const text = withAll(SMALL, lives);
  expect(bytesOf(text)).toBeLessThanOrEqual(COMMENT_LIMIT);
  const told = linesIn(text);
  expect([told.length > 300, told.at(-1)?.includes("region-999")]).toEqual([true, true]);
});
