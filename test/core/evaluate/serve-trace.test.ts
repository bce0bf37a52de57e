import { expect, test } from "vitest";
import { BUCKETS } from "../../../src/core/evaluate/bucket.ts";
import { WHOLE } from "../../../src/core/flag/flag.ts";
import { partAt } from "../../../src/core/evaluate/compile-rule.ts";
import { traceServe } from "../../../src/core/evaluate/serve-trace.ts";
import { aFlag, flagSet, percentage, portion, split } from "../../support/flags.ts";

const flag = { salt: "checkout" };
const ON = { variant: "on" };

test.each([0, 1, 2, 49_999, 50_000, WHOLE - 1, WHOLE])(
  "a share of %i thousandths of a percent includes exactly that many buckets",
  (share) => {
    let inside = 0;
    for (let gate = 0; gate < BUCKETS; gate += 1) {
      if (traceServe(flag, { portion: { share, by: "userId" }, serve: ON }, {}, { gate }).variant === "on") inside += 1;
    }
    expect(inside).toBe(share);
  },
);

test.each([
  [{ control: 34, blue: 33, green: 33 }],
  [{ control: 0.001, blue: 99.998, green: 0.001 }],
  [{ control: 0, blue: 100, green: 0 }],
  [{ control: 100 }],
])(
  "the parts of the split %j include exactly their share of all buckets, in order",
  (parts: Record<string, number>) => {
    const serve = split(parts);
    if (!("split" in serve)) throw new Error("not a split");
    let ceiling = 0;
    const ceilings = serve.split.map(({ share }) => (ceiling += share));
    const counts = serve.split.map(() => 0);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const part = partAt(ceilings, bucket);
      counts[part]! += 1;
      expect(traceServe(flag, { portion: null, serve }, {}, { split: bucket }).variant).toBe(
        serve.split[part]?.variant,
      );
    }
    expect(counts).toEqual(serve.split.map(({ share }) => share));
  },
);

test("0 % includes nobody and 100 % includes everyone with a subject", () => {
  const set = flagSet(
    aFlag({ key: "nobody", rollout: percentage(0) }),
    aFlag({ key: "everybody", rollout: percentage(100) }),
    aFlag({ key: "session", rollout: { strategy: "percentage", portion: portion(100, "sessionId") } }),
  );
  for (let n = 0; n < 10_000; n += 1) {
    expect([set.isOn("nobody", { userId: n }), set.isOn("everybody", { userId: n })]).toEqual([false, true]);
  }
  expect(set.isOn("everybody", {})).toBe(false);
  expect(set.isOn("session", { userId: "user-42" })).toBe(false);
  expect(set.isOn("session", { sessionId: "s-1" })).toBe(true);
});
