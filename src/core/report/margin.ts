import type { Measured } from "./report.ts";

/** How many standard deviations hold 99 of 100. */
const Z = 2.5758293035489004;

/** A share that is known, not estimated. */
export function exactly(share: number): Measured {
  return { share, margin: 0 };
}

/**
 * What a sample tells of a share: the distance to the far end of Wilson's interval at 99 %. That end is honest near 0 and 1
 * too: of 20,000 people none is no proof that there are none, only that they are less than 0.04 %.
 *
 * @param hits  how many of the sample, 0 ≤ hits ≤ sample
 */
export function estimated(hits: number, sample: number): Measured {
  if (sample === 0) return { share: 0, margin: 1 };
  const share = hits / sample;
  const scale = 1 + Z ** 2 / sample;
  const centre = (share + Z ** 2 / (2 * sample)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / sample + Z ** 2 / (4 * sample ** 2));
  return { share, margin: Math.max(centre + half - share, share - (centre - half)) };
}
