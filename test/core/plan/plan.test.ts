import { differenceText } from "../../../src/core/describe/describe-difference.ts";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { columnsOf } from "../../../src/core/row/row-codec.ts";
import { aColourFlag, aFlag, percentage } from "../../support/flags.ts";
import { planOf } from "../../support/plans.ts";
import { aLiveFlag } from "../../support/rows.ts";

const told = (plan: Plan) =>
  plan.changes.map(({ key, action, differences }) => `${action} ${key}: ${differences.map(differenceText).join("; ")}`);

const checkout = aFlag({ key: "checkout", rollout: percentage(10) });

describe("a plan", () => {
  test("is empty if files and table are equal", () => {
    expect(planOf({ files: [checkout], rows: [aLiveFlag(checkout)] })).toMatchObject({
      changes: [],
      unchanged: 1,
    });
  });

  test("lists the changes in terms of the flag, in key order", () => {
    const plan = planOf({
      files: [{ ...checkout, rollout: percentage(25) }, aFlag({ key: "banner", enabled: false })],
      rows: [aLiveFlag(checkout)],
    });
    expect(told(plan)).toEqual(["create banner: created: disabled", "update checkout: 10 % → 25 % of everyone"]);
  });

  test("has the same id for the same changes, and a different id for other changes", () => {
    const to = (percent: number) =>
      planOf({ files: [{ ...checkout, rollout: percentage(percent) }], rows: [aLiveFlag(checkout)] });
    expect(to(20).id).toBe(to(20).id);
    expect(to(20).id).not.toBe(to(21).id);
  });

  test("archives a flag whose file was removed, and states that nobody flips if that is the case", () => {
    const off = aFlag({ key: "old_banner", enabled: false });
    const plan = planOf({ rows: [aLiveFlag(off)] });
    expect(told(plan)).toEqual([
      "archive old_banner: archived: serves its fallback (off) from now on; no answer changes",
    ]);
  });

  test("restores an archived flag, and an earlier kill stays in force", () => {
    const archived = aLiveFlag(checkout, { enabled: false }, { archived_at: "2026-11-02T00:00:00.000Z" });
    const plan = planOf({ files: [checkout], rows: [archived] });
    expect(plan.changes).toMatchObject([{ action: "restore", columns: { enabled: false }, after: { enabled: false } }]);
    expect(plan.manualChanges).toEqual([{ key: "checkout", kind: "disabled", outcome: "stays" }]);
  });

  test("discards a manual change that depends on something that git removes, but never a kill", () => {
    const colour = aColourFlag({ key: "colour", serve: { variant: "control" } });
    const fewer = { ...colour, variants: { control: "grey", green: "#0f0" } };
    const plan = planOf({ files: [fewer], rows: [aLiveFlag(colour, { serve: "blue", enabled: false })] });
    expect(plan.changes[0]?.columns).toMatchObject({ serve: "control", enabled: false, variants: fewer.variants });
    expect(plan.manualChanges).toEqual([
      { key: "colour", kind: "disabled", outcome: "stays" },
      { key: "colour", kind: "field", group: "serve", outcome: "overwritten" },
    ]);
  });

  test("treats the last synced state as unknown if it can no longer be read", () => {
    const synced = { ...columnsOf(checkout), serve: "gone" };
    const plan = planOf({ files: [checkout], rows: [aLiveFlag(checkout, {}, { synced })] });
    expect(plan.changes.map(({ action }) => action)).toEqual(["update"]);
  });

  test("leaves manually inserted rows alone and lists them", () => {
    const plan = planOf({ rows: [aLiveFlag(checkout, {}, { synced: null, path: null })] });
    expect(plan).toMatchObject({ changes: [], unmanaged: ["checkout"] });
  });

  test("restores a manually deleted row", () => {
    const plan = planOf({
      files: [checkout],
      deletedManually: new Map([["checkout", { enabled: true, synced: { enabled: true } }]]),
    });
    expect(told(plan)).toEqual(["create checkout: put back: its row was deleted manually"]);
  });

  test("refuses another type for a key, live or archived", () => {
    const text = aColourFlag({ key: "checkout" });
    const plan = planOf({ files: [text], rows: [aLiveFlag(checkout)] });
    expect(plan).toMatchObject({ changes: [], problems: [{ key: "checkout", code: "type-changed" }] });
  });

  test.each([
    ["an archived flag", { archived_at: "2026-11-02T00:00:00.000Z" }],
    ["a flag that the same sync would archive", {}],
    ["a row inserted by hand", { synced: null, path: null }],
  ])("refuses a key whose environment variable is already used by %s", (_, rest) => {
    const holder = aLiveFlag(aFlag({ key: "new-checkout" }), {}, rest);
    const plan = planOf({ files: [aFlag({ key: "new_checkout" })], rows: [holder] });
    expect(plan.problems).toMatchObject([{ code: "name-taken", path: "flags/new_checkout.yaml" }]);
  });

  test("rewrites an unreadable row without enabling the flag", () => {
    const broken = aLiveFlag(checkout, { rules: "nonsense", enabled: false });
    expect(broken.ok).toBe(false);
    const plan = planOf({ files: [checkout], rows: [broken] });
    expect(plan.changes).toMatchObject([{ action: "update", columns: { enabled: false }, synced: { enabled: true } }]);
    expect(plan.manualChanges).toEqual([
      { key: "checkout", kind: "unreadable", problem: expect.stringContaining("rules"), outcome: "overwritten" },
      { key: "checkout", kind: "disabled", outcome: "stays" },
    ]);
  });

  test("records the desired state if the table already has it", () => {
    const plan = planOf({
      files: [{ ...checkout, rollout: percentage(25) }],
      rows: [aLiveFlag(checkout, { rollout_percentage: 25 })],
    });
    expect(plan.changes).toMatchObject([{ action: "update", differences: [] }]);
  });

  test("moving a file changes only the path", () => {
    const moved = aLiveFlag(checkout, {}, { path: "flags/old/checkout.yaml" });
    expect(told(planOf({ files: [checkout], rows: [moved] }))).toEqual([
      "update checkout: moved: flags/old/checkout.yaml → flags/checkout.yaml",
    ]);
  });
});
