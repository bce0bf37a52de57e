import { expect, test } from "vitest";
import type { Drift } from "../../../src/cli/github/find-drift.ts";
import { driftReport } from "../../../src/cli/github/drift-markdown.ts";

const DRIFT: Drift = {
  environment: "production",
  database: "postgres://db.acme.dev/flags",
  desired: "91c0d3a0000000000000000000000000000000aa",
  manualChanges: [],
  pending: null,
  diverged: null,
};
const NASTY = "![x](https://evil.dev/x.png) @acme/all #1 <img src=x> | `code`\n## heading";

test("an issue lists manual changes and merged changes that are not live, and says what to do", () => {
  const by = { changedBy: "deploy@ops", changedAt: "2026-11-20T03:12:09Z", notes: "incident", revision: 51 };
  const { title, body } = driftReport({
    ...DRIFT,
    manualChanges: [{ key: "voice_logging", what: "disabled manually", fate: "stays disabled until released", by }],
    pending: {
      since: "2026-11-20T14:02:00+01:00",
      changes: [{ key: "workshop_routing", text: "10 % → 50 % of everyone" }],
      commits: [{ sha: "91c0d3a1", subject: "Routing for half", pullRequest: 412, date: "2026-11-20T14:02:00+01:00" }],
    },
  });
  expect(title).toBe("Flags: production differs from the branch: 1 manual change, 1 merged change not live");
  // No figure is parted from its unit.
  expect(body.replaceAll("\u00A0", " ")).toBe(`The table of **production** differs from the branch.

**Manual changes in the table**

| flag | what | who | when (UTC) |
|---|---|---|---|
| \`voice_logging\` | disabled manually: stays disabled until released | deploy@<!-- -->ops: incident | 2026-11-20 03:12 |

Write a change into the flag's file to keep it, or discard it:

\`\`\`sh
hoist adopt voice_logging --env production --pr
hoist sync --env production --release voice_logging
\`\`\`

**Merged, but not live** since 2026-11-20 13:02 UTC

| flag | change |
|---|---|
| \`workshop_routing\` | 10 % → 50 % of everyone |

- \`91c0d3a\` #412 Routing for half

See the last run of the sync workflow, or sync yourself:

\`\`\`sh
hoist sync --env production
\`\`\`

\`hoist github drift\` keeps this issue up to date, and closes it when they agree again.`);
});

test("texts from tables and git are escaped: no picture, mention, reference, HTML or heading", () => {
  const by = { changedBy: NASTY, changedAt: "2026-11-20T03:12:09Z", notes: NASTY, revision: 51 };
  const { body } = driftReport({
    ...DRIFT,
    manualChanges: [{ key: NASTY, what: NASTY, fate: NASTY, by }],
    pending: {
      since: "2026-11-20T14:02:00Z",
      changes: [{ key: NASTY, text: NASTY }],
      commits: [{ sha: "91c0d3a1", subject: NASTY, pullRequest: null, date: "2026-11-20T14:02:00Z" }],
    },
  });
  const outsideCode = body.replaceAll(/```sh[^]*?```|(`+)[^`][^\n]*?\1/g, "");
  expect(outsideCode).not.toMatch(/!\[|<img|@acme|\B#1\b|^## /m);
});

test("a long list is cut and states how many rows are missing", () => {
  const manualChanges = Array.from({ length: 130 }, (_, n) => ({
    key: `flag_${n}`,
    what: "inserted manually",
    fate: "served",
    by: null,
  }));
  const { body } = driftReport({ ...DRIFT, manualChanges });
  expect(body.match(/inserted manually/g)).toHaveLength(100);
  expect(body).toContain("\n… and 30 more\n");
  expect(body.length).toBeLessThan(65_536);
});
