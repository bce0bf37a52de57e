import { describe, expect, test } from "vitest";
import type { Flag } from "../../src/core/flag/flag.ts";
import { aFlag, percentage } from "../support/flags.ts";
import { planWithNeedsOf } from "../support/plans.ts";
import { aLiveFlag } from "../support/rows.ts";

const checkout = aFlag({ key: "checkout", rollout: percentage(10) });

describe("what has to be acknowledged", () => {
  const half = { ...checkout, rollout: percentage(50) };

  test("asks before it archives a flag that somebody gets", () => {
    const plan = planWithNeedsOf({ rows: [aLiveFlag(checkout)] });
    expect(plan.needs).toEqual([
      { key: "checkout", code: "archive", text: "archiving it flips people", id: plan.id, acknowledged: false },
    ]);
    expect(planWithNeedsOf({ rows: [aLiveFlag(checkout)], acknowledgedPlan: plan.id }).needs).toMatchObject([
      { acknowledged: true },
    ]);
  });

  test("nothing where a file is gone whose flag served everyone its fallback", () => {
    const off = aFlag({ key: "old_banner", enabled: false });
    expect(planWithNeedsOf({ rows: [aLiveFlag(off)] }).needs).toEqual([]);
  });

  test("nothing where files and table agree", () => {
    expect(planWithNeedsOf({ files: [checkout], rows: [aLiveFlag(checkout)] }).needs).toEqual([]);
  });

  test("the id that the plan asks for is the one that it takes", () => {
    const asked = planWithNeedsOf({ files: [half], rows: [aLiveFlag(checkout)] });
    expect(asked.needs).toMatchObject([{ key: "checkout", code: "jump", acknowledged: false }]);
    const id = asked.needs[0]?.id ?? "";
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    const given = planWithNeedsOf({ files: [{ ...half, acknowledged: id }], rows: [aLiveFlag(checkout)] });
    expect(given.needs).toMatchObject([{ acknowledged: true }]);
  });

  test("the id stands for the end state: void when that differs, kept when only prose does", () => {
    const idOf = (flag: Flag) => planWithNeedsOf({ files: [flag], rows: [aLiveFlag(checkout)] }).needs[0]?.id;
    expect(idOf({ ...half, rollout: percentage(51) })).not.toBe(idOf(half));
    expect(idOf({ ...half, description: "better said" })).toBe(idOf(half));
  });

  test("an unprotected environment asks for nothing", () => {
    const plan = planWithNeedsOf({
      files: [half],
      rows: [aLiveFlag(checkout)],
      environment: { name: "staging", protected: false },
    });
    expect(plan.needs).toEqual([]);
  });

  test("lifting a kill is somebody's decision at the prompt and needs no line in a file", () => {
    const killed = aLiveFlag(half, { enabled: false });
    const plan = planWithNeedsOf({ files: [half], rows: [killed], release: new Set(["checkout"]) });
    expect(plan.changes).toMatchObject([{ columns: { enabled: true } }]);
    expect(plan.needs).toEqual([]);
  });

  test("many changes at once are asked about, but not the first sync, and not when they only take away", () => {
    const flags = ["a1", "b1", "c1"].map((key) => aFlag({ key, rollout: percentage(10) }));
    const wider = flags.map((flag) => ({ ...flag, rollout: percentage(20) }));
    const narrower = flags.map((flag) => ({ ...flag, enabled: false }));
    const rows = flags.map((flag) => aLiveFlag(flag));
    expect(planWithNeedsOf({ files: flags }).needs).toEqual([]);
    expect(planWithNeedsOf({ files: narrower, rows }).needs).toEqual([]);
    expect(planWithNeedsOf({ files: wider, rows }).needs).toMatchObject([
      { key: null, code: "mass", text: "3 flags change, policy maxFlags is 2" },
    ]);
  });
});
