import type { Measured } from "./report.ts";

/** How many standard deviations hold 99 of 100. */
const Z = 2.5758293035489004;
/** People are counted in whole ones: without half a person more, small samples would miss the truth more often. */
const STEP = 0.5;

/** A share that is known, not estimated. */
export function exactly(share: number): Measured {
  return { share, margin: 0 };
}

/**
 * Estimates a share from a sample, with the distance to the far end of Wilson's interval at 99 %. That end is honest near 0 and 1
 * too: none of 20,000 people does not prove that there are none, only that they are less than 0.04 %.
 *
 * @param hits  how many of the sample, 0 ≤ hits ≤ sample
 */
export function estimated(hits: number, sample: number): Measured {
  if (sample === 0) return { share: 0, margin: 1 };
  const share = hits / sample;
  const scale = 1 + Z ** 2 / sample;
  const centre = (share + Z ** 2 / (2 * sample)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / sample + Z ** 2 / (4 * sample ** 2));
  return { share, margin: Math.max(centre + half - share, share - (centre - half)) + STEP / sample };
}

/**
 * Estimates a mean from a sample of numbers from 0 to 1, with the far end of the interval as in
 * {@link estimated}, with the numbers' own variance in place of that of yes and no, which is never smaller.
 *
 * @param total    of all numbers
 * @param squares  of all numbers' squares
 */
export function meanOf(total: number, squares: number, sample: number): Measured {
  if (sample === 0) return { share: 0, margin: 1 };
  // Adding up thousands of tenths leaves a dust that must not make 100 % of 99.999999999 %.
  const share = Math.min(1, Math.round((total / sample) * 1e12) / 1e12);
  const variance = Math.max(0, squares / sample - share ** 2);
  const far = Z ** 2 / (2 * sample) + Z * Math.sqrt(variance / sample + Z ** 2 / (4 * sample ** 2));
  return { share, margin: Math.min(far + STEP / sample, Math.max(share, 1 - share)) };
}
