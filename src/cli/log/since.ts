import { InvalidArgumentError } from "commander";

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * A start time: a date (`2026-11-01`, midnight UTC), a time (`2026-11-01T09:30Z`) or a time span before now (`30m`,
 * `36h`, `14d`, `2w`).
 */
export type Since = { readonly at: number } | { readonly agoMs: number };

/** Parses the value of an option such as `--since`. @throws InvalidArgumentError */
export function since(text: string): Since {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && (unit === "m" || unit === "h" || unit === "d" || unit === "w"))
    return { agoMs: Number(count) * UNITS[unit] };
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(at)) return { at };
  throw new InvalidArgumentError("Write a date such as 2026-11-01, or a time span such as 30m, 36h, 14d or 2w.");
}

/** Returns a start time in milliseconds since 1970; -Infinity if it is undefined. */
export function sinceMs(value: Since | undefined, now: Date): number {
  if (value === undefined) return -Infinity;
  return "at" in value ? value.at : now.getTime() - value.agoMs;
}
