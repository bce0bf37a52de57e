import type { Flag } from "../flag/flag.ts";
import { matchesGlob } from "./glob.ts";

/** One entry of `FLAGS_KILL`. */
export interface KillPattern {
  /** The entry as written, e.g. `workshop_*`, `!workshop_reports`, `tag:payments`. */
  readonly text: string;
  /** What the pattern is compared with. */
  readonly of: "key" | "tag";
  readonly glob: string;
  /** Whether the entry starts with `!`, so that this list does not kill flags that match it. */
  readonly spares: boolean;
}

/** The fields of a flag that patterns are compared with. */
export type KillTarget = Pick<Flag, "key" | "tags">;

const PATTERN = /^(!?)(tag:)?([\w.:/*-]+)$/;

/**
 * Parses the patterns of one `FLAGS_KILL`, which are separated by commas. Patterns for keys become lower case, because
 * keys have no capitals.
 *
 * @returns undefined in place of an entry that is not a valid pattern
 */
export function parseKill(value: string): readonly (KillPattern | undefined)[] {
  return namesIn(value).map((text) => {
    const parts = PATTERN.exec(text);
    if (parts === null) return undefined;
    const [, sign, tag, glob = ""] = parts;
    const isKey = tag === undefined;
    return { text, of: isKey ? "key" : "tag", glob: isKey ? glob.toLowerCase() : glob, spares: sign === "!" };
  });
}

/** Splits a list that is separated by commas. Empty entries are left out. */
export function namesIn(value: string): readonly string[] {
  const names = value.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

/** Returns whether a pattern kills every flag: `*`. */
export function isBareStar(pattern: KillPattern): boolean {
  return pattern.of === "key" && !pattern.spares && /^\*+$/.test(pattern.glob);
}

/** Returns whether a pattern matches the key or a tag of a flag. */
export function isHit(pattern: KillPattern, target: KillTarget): boolean {
  if (pattern.of === "key") return matchesGlob(pattern.glob, target.key);
  return target.tags.some((tag) => matchesGlob(pattern.glob, tag));
}

/** Returns the first pattern of a list that kills the flag; undefined if none does or another pattern spares it. */
export function killerOf(patterns: readonly KillPattern[], target: KillTarget): KillPattern | undefined {
  const killer = patterns.find((pattern) => !pattern.spares && isHit(pattern, target));
  return killer && !patterns.some((pattern) => pattern.spares && isHit(pattern, target)) ? killer : undefined;
}
