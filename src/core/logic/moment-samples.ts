import { momentOf } from "../matcher/moment.ts";

const DAY_MS = 86_400_000;

/**
 * Returns sample moments, as text and as Date. For any moment, one sample is before and after the same limits. No
 * sample is one of the `listed` texts.
 *
 * @param limits  every moment that some test compares the attribute with, in milliseconds since 1970
 * @param listed  texts compared for equality
 * @returns       undefined if a moment between two limits cannot be written down
 */
export function momentSamples(
  limits: readonly number[],
  listed: ReadonlySet<string>,
): readonly (string | Date)[] | undefined {
  const points = [...new Set(limits)].sort((a, b) => a - b);
  const [first = 0] = points;
  const last = points.at(-1) ?? 0;
  const samples: (string | Date)[] = [];
  const add = (at: number, low: number, high: number): boolean => {
    const text = unlistedText(at, listed);
    const written = text === undefined ? undefined : momentOf(text);
    const fits = written === at || (written !== undefined && low < written && written < high);
    if (text === undefined || !fits) return false;
    samples.push(text);
    const whole = [at, Math.floor(low) + 1].find(
      (ms) => Number.isInteger(ms) && (ms === at || (low < ms && ms < high)),
    );
    if (whole !== undefined) samples.push(new Date(whole));
    return true;
  };
  const outside = add(first - DAY_MS, -Infinity, first) && add(last + DAY_MS, last, Infinity);
  const isWhole = points.every((low, index) => {
    const high = points[index + 1];
    if (!add(low, low, low)) return false;
    if (high === undefined) return true;
    const middle = low + (high - low) / 2;
    return middle <= low || middle >= high || add(middle, low, high);
  });
  return outside && isWhole ? samples : undefined;
}

/** Writes a moment with nine decimals of a second, as many as are parsed; undefined outside the years 0 to 9999. */
function unlistedText(ms: number, listed: ReadonlySet<string>): string | undefined {
  const whole = Math.floor(ms);
  const date = new Date(whole);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  if (!/^\d{4}-/.test(text)) return undefined;
  const digits = String(Math.round((ms - whole) * 1e6)).padStart(6, "0");
  if (digits.length > 6) return undefined;
  const local = `${text.slice(0, -1)}${digits}`;
  return ["Z", "+00:00", "-00:00"].map((offset) => `${local}${offset}`).find((written) => !listed.has(written));
}
