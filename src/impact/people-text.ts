import type { Measured } from "./report.ts";

/** A share of people in per cent: `40.0 %`, `100 %`, `0.004 %`. What is not nobody never reads as 0, nor what is not everyone as 100. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  if (percent < 0.0005) return "< 0.001 %";
  if (percent > 99.9995) return "> 99.999 %";
  return `${percent.toFixed(percent < 0.05 || percent >= 99.95 ? 3 : 1)} %`;
}

/** `40.0 %` where it is exact, else `8.1 % (± 0.5)`: the margin in points. */
export function measuredText({ share, margin }: Measured): string {
  if (margin === 0) return percentText(share);
  return `${percentText(share)} (${marginText(margin)})`;
}

/** `± 0.5`: points, rounded up. */
export function marginText(margin: number): string {
  const points = margin * 100;
  const digits = points < 0.05 ? 2 : 1;
  return `± ${(Math.ceil(points * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits)}`;
}

/** `nobody`, `everyone`, or the share `of people`. */
export function peopleText({ share, margin }: Measured): string {
  if (share === 0) return margin === 0 ? "nobody" : `nobody in the sample (at most ${percentText(margin)})`;
  if (share === 1 && margin === 0) return "everyone";
  return `${measuredText({ share, margin })} of people`;
}
