const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/**
 * Returns the age of a moment in its largest unit: `3 h ago`; `just now` below a second and for moments in the future; `at an
 * unknown time` for a text that is not a time.
 */
export function agoText(iso: string, now: Date): string {
  const ageMs = now.getTime() - Date.parse(iso);
  if (Number.isNaN(ageMs)) return "at an unknown time";
  const unit = UNITS.find(([, unitMs]) => ageMs >= unitMs);
  return unit === undefined ? "just now" : `${Math.floor(ageMs / unit[1])} ${unit[0]} ago`;
}
