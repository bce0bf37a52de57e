import { describe, expect, test } from "vitest";
import { estimated, meanOf } from "../../src/impact/margin.ts";

/** P(exactly `hits` of `sample`), by logarithms. */
function binomial(sample: number, share: number): readonly number[] {
  const odds = Math.log(share) - Math.log1p(-share);
  let log = sample * Math.log1p(-share);
  return Array.from({ length: sample + 1 }, (_, hits) => {
    if (hits > 0) log += Math.log((sample - hits + 1) / hits) + odds;
    return Math.exp(log);
  });
}

describe("a margin at 99 %", () => {
  const shares = [0.0001, 0.0005, 0.001, 0.003, 0.01, 0.05, 0.3, 0.5, 0.9, 0.99, 0.999, 0.9999];

  test.each([50, 400, 5_000])(
    "holds in at least 99 of 100 samples of %i for every true share, also near 0 and 1",
    (sample) => {
      for (const truth of shares) {
        const chances = binomial(sample, truth);
        for (const measured of [
          (hits: number) => estimated(hits, sample),
          (hits: number) => meanOf(hits, hits, sample),
        ]) {
          const missed = chances.reduce((sum, chance, hits) => {
            const { share, margin } = measured(hits);
            return Math.abs(share - truth) <= margin ? sum : sum + chance;
          }, 0);
          expect(missed).toBeLessThanOrEqual(0.01);
        }
      }
    },
  );

  test("is above 0 even if nobody in a large sample is affected", () => {
    expect(estimated(0, 20_000).margin).toBeCloseTo(0.000357, 6);
    expect(estimated(20_000, 20_000).margin).toBeCloseTo(0.000357, 6);
    expect(estimated(10_000, 20_000).margin).toBeCloseTo(0.0091, 4);
  });

  test("is small for numbers that vary little", () => {
    expect(meanOf(0.4 * 20_000, 0.4 ** 2 * 20_000, 20_000)).toEqual({
      share: 0.4,
      margin: expect.closeTo(0.000357, 6),
    });
  });
});
