import { describe, expect, test } from "vitest";
import { bucketOf, BUCKETS, splitBucketOf } from "../../src/core/evaluate/bucket.ts";
import { flagSet, aFlag, percentage } from "../support/flags.ts";

// No chance in here: the ids are fixed, so each figure is the same on every machine and in every run.

const hex = (n: number, digits: number) =>
  (Math.imul(n, 2_654_435_761) >>> 0).toString(16).padStart(digits, "0").slice(0, digits);

/** Five kinds of id as they are met in practice. */
const KINDS: readonly (readonly [string, (n: number) => string])[] = [
  ["counted", (n) => String(n)],
  ["padded", (n) => `user-${String(n).padStart(8, "0")}`],
  ["e-mail", (n) => `dana+${n}@acme.dev`],
  ["uuid", (n) => `${hex(n, 8)}-${hex(n + 1, 4)}-4${hex(n + 2, 3)}-8${hex(n + 3, 3)}-${hex(n + 4, 8)}${hex(n + 5, 4)}`],
  ["non-ASCII", (n) => `käufer-${n}-東京`],
];

/** Two-sided bounds of chi-square with 99 degrees of freedom: p = 0.999 and p = 0.001. */
const TOO_REGULAR = 60.2;
const TOO_SKEWED = 149.4;

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe.each(KINDS)("with %s ids", (_kind, idOf) => {
  test.each(["checkout_button", "workshop_routing"])(
    "the buckets of salt %s are uniform: neither skewed nor too regular",
    (salt) => {
      const counts = Array.from({ length: 100 }, () => 0);
      for (let n = 0; n < 100_000; n += 1) counts[Math.floor(bucketOf(salt, idOf(n)) / 1000)]! += 1;
      const chi = chiSquare(counts, 1000);
      expect(chi).toBeGreaterThan(TOO_REGULAR);
      expect(chi).toBeLessThan(TOO_SKEWED);
    },
  );

  test("share and split are independent: a 10 % share gets all variants equally often", () => {
    const counts = Array.from({ length: 100 }, () => 0);
    let inside = 0;
    for (let n = 0; n < 200_000; n += 1) {
      if (bucketOf("checkout", idOf(n)) >= BUCKETS / 10) continue;
      inside += 1;
      counts[Math.floor(splitBucketOf("checkout", idOf(n)) / 1000)]! += 1;
    }
    const chi = chiSquare(counts, inside / 100);
    expect(chi).toBeGreaterThan(TOO_REGULAR);
    expect(chi).toBeLessThan(TOO_SKEWED);
  });
});

test("two 10 % flags share 10 % of their people", () => {
  let first = 0;
  let both = 0;
  for (let n = 0; n < 1_000_000; n += 1) {
    if (bucketOf("workshop_routing", `user-${n}`) >= 10_000) continue;
    first += 1;
    if (bucketOf("voice_logging", `user-${n}`) < 10_000) both += 1;
  }
  expect(Math.abs((100 * both) / first - 10)).toBeLessThanOrEqual(0.4);
});

test("raising a share in steps of 0.1 % never excludes anyone, and finally includes everyone", () => {
  const ids = Array.from({ length: 2000 }, (_, n) => `user-${n}`);
  let before = new Set<string>();
  for (let step = 0; step <= 1000; step += 1) {
    const set = flagSet(aFlag({ key: "checkout", rollout: percentage(step / 10) }));
    const now = new Set(ids.filter((userId) => set.isOn("checkout", { userId })));
    expect([...before].filter((id) => !now.has(id))).toEqual([]);
    before = now;
  }
  expect(before.size).toBe(ids.length);
});
