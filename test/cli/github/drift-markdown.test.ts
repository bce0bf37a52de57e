import { expect, test } from "vitest";
import type { Drift } from "../../../src/cli/github/drift.ts";
import { driftReport } from "../../../src/cli/github/drift-markdown.ts";

const DRIFT: Drift = {
  environment: "production",
  database: "postgres://db.acme.dev/flags",
  desired: "91c0d3a0000000000000000000000000000000aa",
  byHand: [],
  pending: null,
  fence: null,
};
const NASTY = "![x](https://evil.dev/x.png) @acme/all #1 <img src=x> | `code`\n## heading";

test("an issue tells what was written by hand and what is not live, and how either is mended", () => {
  const by = { changedBy: "deploy@ops", changedAt: "2026-11-20T03:12:09Z", notes: "incident", revision: 51 };
  const { title, body } = driftReport({
    ...DRIFT,
    byHand: [{ key: "voice_logging", what: "disabled by hand", fate: "stays off, whatever git says", by }],
    pending: {
      since: "2026-11-20T14:02:00+01:00",
      changes: [{ key: "workshop_routing", text: "10 % → 50 % of everyone" }],
      landed: [{ sha: "91c0d3a1", subject: "Routing for half", pullRequest: 412, date: "2026-11-20T14:02:00+01:00" }],
    },
  });
  expect(title).toBe("Flags: production is not what the branch says: 1 change by hand, 1 merged change not live");
  // No figure is parted from its unit.
  expect(body.replaceAll("\u00A0", " ")).toBe(`The flags of **production** are not what the branch says.

**Written to the table by hand**

| flag | what | who | when (UTC) |
|---|---|---|---|
| \`voice_logging\` | disabled by hand: stays off, whatever git says | deploy@<!-- -->ops: incident | 2026-11-20 03:12 |

To keep it, write it into the file; or undo it:

\`\`\`sh
hoist adopt voice_logging --env production --pr
hoist sync --env production --release voice_logging
\`\`\`

**Merged, but not live** since 2026-11-20 13:02 UTC

| flag | change |
|---|---|
| \`workshop_routing\` | 10 % → 50 % of everyone |

- \`91c0d3a\` #412 Routing for half

Look at the last run of the workflow that syncs, or run what it runs:

\`\`\`sh
hoist sync --env production
\`\`\`

This issue is kept up to date by \`hoist github drift\`, and closed when they agree again.`);
});

test("what comes from tables and git shows as its own text: no picture, mention, reference, HTML or heading", () => {
  const by = { changedBy: NASTY, changedAt: "2026-11-20T03:12:09Z", notes: NASTY, revision: 51 };
  const { body } = driftReport({
    ...DRIFT,
    byHand: [{ key: NASTY, what: NASTY, fate: NASTY, by }],
    pending: {
      since: "2026-11-20T14:02:00Z",
      changes: [{ key: NASTY, text: NASTY }],
      landed: [{ sha: "91c0d3a1", subject: NASTY, pullRequest: null, date: "2026-11-20T14:02:00Z" }],
    },
  });
  const outsideCode = body.replaceAll(/```sh[^]*?```|(`+)[^`][^\n]*?\1/g, "");
  expect(outsideCode).not.toMatch(/!\[|<img|@acme|\B#1\b|^## /m);
});

test("a long list is cut, and says how much more there is", () => {
  const byHand = Array.from({ length: 130 }, (_, n) => ({
    key: `flag_${n}`,
    what: "inserted by hand",
    fate: "served",
    by: null,
  }));
  const { body } = driftReport({ ...DRIFT, byHand });
  expect(body.match(/inserted by hand/g)).toHaveLength(100);
  expect(body).toContain("\n… and 30 more\n");
  expect(body.length).toBeLessThan(65_536);
});
