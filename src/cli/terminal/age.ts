const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** `3 h ago`, in the largest unit that fits; `just now` below a second and for clocks that disagree. */
export function agoText(iso: string, now: Date): string {
  const ageMs = now.getTime() - Date.parse(iso);
  const unit = UNITS.find(([, unitMs]) => ageMs >= unitMs);
  return unit === undefined ? "just now" : `${Math.floor(ageMs / unit[1])} ${unit[0]} ago`;
}
