/** A share of people from 0 to 1. In 99 of 100 reports the true share lies within `margin`, which is 0 for an exact share. */
export interface Measured {
  readonly share: number;
  readonly margin: number;
}

/** The number of standard deviations that include 99 % of a normal distribution. */
const Z = 2.5758293035489004;
/**
 * A correction of half a person, because people are counted in whole numbers: without it, small samples would miss the
 * true share more often.
 */
const STEP = 0.5;

/** Returns an exact share, with a margin of 0. */
export function exactly(share: number): Measured {
  return { share, margin: 0 };
}

/**
 * Estimates a share from a sample, with the distance to the far end of Wilson's interval at 99 %. The interval is valid
 * near 0 and 1, too: 0 of 20,000 people does not prove that there are none, only that they make up less than
 * 0.04 %.
 *
 * @param hits  the number of hits in the sample, 0 ≤ hits ≤ sample
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
 * Estimates a mean from a sample of numbers from 0 to 1. The margin is calculated as in {@link estimated}, but from the
 * variance of the numbers, which is never larger than that of yes-or-no answers with the same mean.
 *
 * @param total    the sum of all numbers
 * @param squares  the sum of the squares of all numbers
 */
export function meanOf(total: number, squares: number, sample: number): Measured {
  if (sample === 0) return { share: 0, margin: 1 };
  // Rounded, because the floating-point error of long sums would turn 100 % into 99.999999999 %.
  const share = Math.min(1, Math.round((total / sample) * 1e12) / 1e12);
  const variance = Math.max(0, squares / sample - share ** 2);
  const far = Z ** 2 / (2 * sample) + Z * Math.sqrt(variance / sample + Z ** 2 / (4 * sample ** 2));
  return { share, margin: Math.min(far + STEP / sample, Math.max(share, 1 - share)) };
}
