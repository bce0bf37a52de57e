import { expect, test } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { tableStep } from "../../src/log/log-table.ts";
import { aFlag } from "../support/flags.ts";
import { aRow } from "../support/rows.ts";

test("a change of any size is described in one short line", () => {
  const names = Array.from({ length: 20_000 }, (_, index) => [`attribute${index}`, ["a"]]);
  const flag = aFlag({ key: "search" });
  const state = (more: JsonObject): JsonObject => JSON.parse(JSON.stringify({ ...aRow(flag), ...more }));
  const { text } = tableStep("production", {
    toggleId: "1",
    key: "search",
    action: "updated",
    oldState: state({}),
    newState: state({ rollout_strategy: "whitelist", target_config: Object.fromEntries(names) }),
    changedBy: "sql",
    changedAt: "2026-11-01T00:00:00.000Z",
    notes: null,
    bySync: false,
    revision: 3,
    problem: null,
  });
  expect(text).toContain("attribute0");
  expect(text).toMatch(/… manually$/);
  expect(text.length).toBeLessThan(2100);
});
