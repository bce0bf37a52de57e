import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Flag } from "../../../src/core/flag/flag.ts";
import { planChanges, type Plan, type PlanInput } from "../../../src/core/plan/plan.ts";
import { columnsOf, type ReadRow } from "../../../src/core/row/row-codec.ts";
import { aColourFlag, aFlag, percentage } from "../../support/flags.ts";
import { aLiveFlag } from "../../support/rows.ts";

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);

interface Given extends Partial<Omit<PlanInput, "desired" | "live">> {
  readonly files?: readonly (Flag & { readonly acknowledged?: string })[];
  readonly rows?: readonly ReadRow[];
}

function planOf({ files = [], rows = [], ...rest }: Given): Plan {
  return planChanges({
    environment: { name: "production", protected: true },
    policies: { maxStep: 25_000, maxFlags: 2 },
    from: { revision: 56, commit: "4be12f0" },
    to: { commit: "91c0d3a" },
    desired: new Map(
      files.map(({ acknowledged = null, ...flag }) => [
        flag.key,
        { flag, path: `flags/${flag.key}.yaml`, acknowledged },
      ]),
    ),
    live: new Map(rows.map((read) => [read.ok ? read.row.feature_key : (read.key ?? ""), read])),
    release: new Set(),
    onDrift: "keep",
    acknowledgedPlan: null,
    deletedByHand: new Set(),
    digest,
    ...rest,
  });
}

const told = (plan: Plan) =>
  plan.changes.map(
    ({ key, action, differences }) => `${action} ${key}: ${differences.map(({ text }) => text).join("; ")}`,
  );

const checkout = aFlag({ key: "checkout", rollout: percentage(10) });

describe("a plan", () => {
  test("is empty when files and table agree", () => {
    expect(planOf({ files: [checkout], rows: [aLiveFlag(checkout)] })).toMatchObject({
      changes: [],
      unchanged: 1,
      needs: [],
    });
  });

  test("says what changes in the flag's own words, in key order", () => {
    const plan = planOf({
      files: [{ ...checkout, rollout: percentage(25) }, aFlag({ key: "banner", enabled: false })],
      rows: [aLiveFlag(checkout)],
    });
    expect(told(plan)).toEqual(["create banner: created: disabled", "update checkout: 10 % → 25 % of everybody"]);
  });

  test("has the same id for the same changes, and another for others", () => {
    const to = (percent: number) =>
      planOf({ files: [{ ...checkout, rollout: percentage(percent) }], rows: [aLiveFlag(checkout)] });
    expect(to(20).id).toBe(to(20).id);
    expect(to(20).id).not.toBe(to(21).id);
  });

  test("archives a flag whose file is gone, and says that nobody flips where that is so", () => {
    const off = aFlag({ key: "old_banner", enabled: false });
    const plan = planOf({ rows: [aLiveFlag(off)] });
    expect(told(plan)).toEqual(["archive old_banner: archived: answers its fallback (off) from now on; nobody flips"]);
    expect(plan.needs).toEqual([]);
  });

  test("asks before it archives a flag that somebody gets", () => {
    const plan = planOf({ rows: [aLiveFlag(checkout)] });
    expect(plan.needs).toEqual([
      { key: "checkout", code: "archive", text: "archiving it flips people", id: plan.id, acknowledged: false },
    ]);
    expect(planOf({ rows: [aLiveFlag(checkout)], acknowledgedPlan: plan.id }).needs).toMatchObject([
      { acknowledged: true },
    ]);
  });

  test("restores an archived flag; a kill from before holds", () => {
    const archived = aLiveFlag(checkout, { enabled: false }, { archived_at: "2026-11-02T00:00:00.000Z" });
    const plan = planOf({ files: [checkout], rows: [archived] });
    expect(plan.changes).toMatchObject([{ action: "restore", columns: { enabled: false }, after: { enabled: false } }]);
    expect(plan.handEdits).toMatchObject([{ key: "checkout", group: "enabled", outcome: "stays" }]);
  });

  test("lets git win where it takes away what a hand-written change needs, but never over a kill", () => {
    const colour = aColourFlag({ key: "colour", serve: { variant: "control" } });
    const fewer = { ...colour, variants: { control: "grey", green: "#0f0" } };
    const plan = planOf({ files: [fewer], rows: [aLiveFlag(colour, { serve: "blue", enabled: false })] });
    expect(plan.changes[0]?.columns).toMatchObject({ serve: "control", enabled: false, variants: fewer.variants });
    expect(plan.handEdits.map(({ group, outcome }) => `${group} ${outcome}`)).toEqual([
      "enabled stays",
      "serve overwritten",
    ]);
  });

  test("takes what the last sync wrote for unsaid where that can no longer be read", () => {
    const synced = { ...columnsOf(checkout), serve: "gone" };
    const plan = planOf({ files: [checkout], rows: [aLiveFlag(checkout, {}, { synced })] });
    expect(plan.changes.map(({ action }) => action)).toEqual(["update"]);
  });

  test("leaves rows alone that were inserted by hand, and names them", () => {
    const plan = planOf({ rows: [aLiveFlag(checkout, {}, { synced: null, path: null })] });
    expect(plan).toMatchObject({ changes: [], unmanaged: ["checkout"] });
  });

  test("puts a row back that was deleted by hand", () => {
    const plan = planOf({ files: [checkout], deletedByHand: new Set(["checkout"]) });
    expect(told(plan)).toEqual(["create checkout: put back: its row was deleted by hand"]);
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
  ])("refuses a key whose environment name %s holds", (_, rest) => {
    const holder = aLiveFlag(aFlag({ key: "new-checkout" }), {}, rest);
    const plan = planOf({ files: [aFlag({ key: "new_checkout" })], rows: [holder] });
    expect(plan.problems).toMatchObject([{ code: "name-taken", path: "flags/new_checkout.yaml" }]);
  });

  test("writes a row anew that cannot be read, and does not switch it on by that", () => {
    const broken = aLiveFlag(checkout, { rules: "nonsense", enabled: false });
    expect(broken.ok).toBe(false);
    const plan = planOf({ files: [checkout], rows: [broken] });
    expect(plan.changes).toMatchObject([{ action: "update", columns: { enabled: false }, synced: { enabled: true } }]);
    expect(plan.handEdits.map(({ group, outcome }) => `${group} ${outcome}`)).toEqual([
      "rules overwritten",
      "enabled stays",
    ]);
  });

  test("records what git says where the table says so already", () => {
    const plan = planOf({
      files: [{ ...checkout, rollout: percentage(25) }],
      rows: [aLiveFlag(checkout, { rollout_percentage: 25 })],
    });
    expect(plan.changes).toMatchObject([{ action: "update", differences: [] }]);
  });

  test("moving a file is a change of the path alone", () => {
    const moved = aLiveFlag(checkout, {}, { path: "flags/old/checkout.yaml" });
    expect(told(planOf({ files: [checkout], rows: [moved] }))).toEqual([
      "update checkout: moved: flags/old/checkout.yaml → flags/checkout.yaml",
    ]);
  });
});

describe("acknowledgements", () => {
  const half = { ...checkout, rollout: percentage(50) };

  test("the id that the plan asks for is the one that it takes", () => {
    const asked = planOf({ files: [half], rows: [aLiveFlag(checkout)] });
    expect(asked.needs).toMatchObject([{ key: "checkout", code: "jump", acknowledged: false }]);
    const id = asked.needs[0]?.id ?? "";
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    const given = planOf({ files: [{ ...half, acknowledged: id }], rows: [aLiveFlag(checkout)] });
    expect(given.needs).toMatchObject([{ acknowledged: true }]);
  });

  test("the id stands for the end state: void when that differs, kept when only prose does", () => {
    const idOf = (flag: Flag) => planOf({ files: [flag], rows: [aLiveFlag(checkout)] }).needs[0]?.id;
    expect(idOf({ ...half, rollout: percentage(51) })).not.toBe(idOf(half));
    expect(idOf({ ...half, description: "better said" })).toBe(idOf(half));
  });

  test("an unprotected environment asks for nothing", () => {
    const plan = planOf({
      files: [half],
      rows: [aLiveFlag(checkout)],
      environment: { name: "staging", protected: false },
    });
    expect(plan.needs).toEqual([]);
  });

  test("lifting a kill is somebody's decision at the prompt and needs no line in a file", () => {
    const killed = aLiveFlag(half, { enabled: false });
    const plan = planOf({ files: [half], rows: [killed], release: new Set(["checkout"]) });
    expect(plan.changes).toMatchObject([{ columns: { enabled: true } }]);
    expect(plan.needs).toEqual([]);
  });

  test("many changes at once are asked about, but not the first sync, and not when they only take away", () => {
    const flags = ["a1", "b1", "c1"].map((key) => aFlag({ key, rollout: percentage(10) }));
    const wider = flags.map((flag) => ({ ...flag, rollout: percentage(20) }));
    const narrower = flags.map((flag) => ({ ...flag, enabled: false }));
    const rows = flags.map((flag) => aLiveFlag(flag));
    expect(planOf({ files: flags }).needs).toEqual([]);
    expect(planOf({ files: narrower, rows }).needs).toEqual([]);
    expect(planOf({ files: wider, rows }).needs).toMatchObject([
      { key: null, code: "mass", text: "3 flags change, policy maxFlags is 2" },
    ]);
  });
});
