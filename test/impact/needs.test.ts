import { describe, expect, test } from "vitest";
import type { Flag } from "../../src/core/flag/flag.ts";
import { aFlag, percentage } from "../support/flags.ts";
import { planWithNeedsOf } from "../support/plans.ts";
import { aLiveFlag } from "../support/rows.ts";

const checkout = aFlag({ key: "checkout", rollout: percentage(10) });

describe("what has to be acknowledged", () => {
  const half = { ...checkout, rollout: percentage(50) };

  test("is archiving a flag that serves somebody", () => {
    const plan = planWithNeedsOf({ rows: [aLiveFlag(checkout)] });
    expect(plan.needs).toEqual([
      {
        key: "checkout",
        code: "archive",
        text: "archiving the flag changes answers",
        id: plan.id,
        acknowledged: false,
      },
    ]);
    expect(planWithNeedsOf({ rows: [aLiveFlag(checkout)], acknowledgedPlan: plan.id }).needs).toMatchObject([
      { acknowledged: true },
    ]);
  });

  test("is not the removal of a flag that served everyone its fallback", () => {
    const off = aFlag({ key: "old_banner", enabled: false });
    expect(planWithNeedsOf({ rows: [aLiveFlag(off)] }).needs).toEqual([]);
  });

  test("is nothing if files and table are equal", () => {
    expect(planWithNeedsOf({ files: [checkout], rows: [aLiveFlag(checkout)] }).needs).toEqual([]);
  });

  test("is accepted with the id that the plan prints", () => {
    const asked = planWithNeedsOf({ files: [half], rows: [aLiveFlag(checkout)] });
    expect(asked.needs).toMatchObject([{ key: "checkout", code: "jump", acknowledged: false }]);
    const id = asked.needs[0]?.id ?? "";
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    const given = planWithNeedsOf({ files: [{ ...half, acknowledged: id }], rows: [aLiveFlag(checkout)] });
    expect(given.needs).toMatchObject([{ acknowledged: true }]);
  });

  test("has an id for the end state, which becomes invalid if that changes, but not if only descriptions change", () => {
    const idOf = (flag: Flag) => planWithNeedsOf({ files: [flag], rows: [aLiveFlag(checkout)] }).needs[0]?.id;
    expect(idOf({ ...half, rollout: percentage(51) })).not.toBe(idOf(half));
    expect(idOf({ ...half, description: "better said" })).toBe(idOf(half));
  });

  test("is nothing in an unprotected environment", () => {
    const plan = planWithNeedsOf({
      files: [half],
      rows: [aLiveFlag(checkout)],
      environment: { name: "staging", protected: false },
    });
    expect(plan.needs).toEqual([]);
  });

  test("is not the release of a kill, which is decided on the command line", () => {
    const killed = aLiveFlag(half, { enabled: false });
    const plan = planWithNeedsOf({ files: [half], rows: [killed], release: new Set(["checkout"]) });
    expect(plan.changes).toMatchObject([{ columns: { enabled: true } }]);
    expect(plan.needs).toEqual([]);
  });

  test("is a sync with many changes, except the first sync and changes that only narrow", () => {
    const flags = ["a1", "b1", "c1"].map((key) => aFlag({ key, rollout: percentage(10) }));
    const wider = flags.map((flag) => ({ ...flag, rollout: percentage(20) }));
    const narrower = flags.map((flag) => ({ ...flag, enabled: false }));
    const rows = flags.map((flag) => aLiveFlag(flag));
    expect(planWithNeedsOf({ files: flags }).needs).toEqual([]);
    expect(planWithNeedsOf({ files: narrower, rows }).needs).toEqual([]);
    expect(planWithNeedsOf({ files: wider, rows }).needs).toMatchObject([
      { key: null, code: "mass", text: "the answers of 3 flags can change; policy maxFlags is 2" },
    ]);
  });
});
