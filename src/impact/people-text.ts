import type { Measured } from "./margin.ts";

/**
 * Returns a share of people as a percentage: `40.0 %`, `100 %`, `0.004 %`. Only nobody is shown as 0 %, and only
 * everyone as 100 %.
 */
export function percentText(share: number): string {
  const percent = share * 100;
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  if (percent < 0.0005) return "< 0.001 %";
  if (percent > 99.9995) return "> 99.999 %";
  return `${percent.toFixed(percent < 0.05 || percent >= 99.95 ? 3 : 1)} %`;
}

/** Returns `40.0 %` for an exact share, otherwise `8.1 % (± 0.5)` with the margin in points. */
export function measuredText({ share, margin }: Measured): string {
  if (margin === 0) return percentText(share);
  return `${percentText(share)} (${marginText(margin)})`;
}

/** Returns a margin in points, rounded up: `± 0.5`. */
export function marginText(margin: number): string {
  const points = margin * 100;
  const digits = points < 0.05 ? 2 : 1;
  return `± ${(Math.ceil(points * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits)}`;
}

/** Returns `nobody`, `everyone`, or a share `of people`. */
export function peopleText({ share, margin }: Measured): string {
  if (share === 0) return margin === 0 ? "nobody" : `nobody in the sample (at most ${percentText(margin)})`;
  if (share === 1 && margin === 0) return "everyone";
  return `${measuredText({ share, margin })} of people`;
}
