import type { Share } from "../../core/flag/flag.ts";

/** Matches a share as it is written: 0% to 100%, with at most 3 decimals. */
export const SHARE_PATTERN = /^(?:100(?:\.0{1,3})?|(?:0|[1-9][0-9]?)(?:\.[0-9]{1,3})?)%$/;

/**
 * Parses a share: `33.333%` → 33,333. Returns undefined for other text. Works on digits, because the float 33.333 × 1000 is
 * 33332.99….
 */
export function parseShare(text: string): Share | undefined {
  if (!SHARE_PATTERN.test(text)) return undefined;
  const [whole = "", decimals = ""] = text.slice(0, -1).split(".");
  return Number(whole + decimals.padEnd(3, "0"));
}
