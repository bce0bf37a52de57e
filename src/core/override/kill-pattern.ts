import type { FlagKey } from "../flag/flag.ts";
import { matchesGlob } from "./glob.ts";

/** One entry of `FLAGS_KILL`. */
export interface KillPattern {
  /** As written, e.g. `workshop_*`, `!workshop_reports`, `tag:payments`. */
  readonly text: string;
  /** Of flag keys, or of tags. */
  readonly of: "key" | "tag";
  readonly glob: string;
  /** `!`: spares what it matches from this list. */
  readonly spares: boolean;
}

export interface KillTarget {
  readonly key: FlagKey;
  readonly tags: readonly string[];
}

const PATTERN = /^(!?)(tag:)?([\w.:/*-]+)$/;

/**
 * The patterns of one `FLAGS_KILL`, separated by commas. Keys are compared in small letters: they have no others.
 *
 * @returns undefined in the place of an entry that is no pattern
 */
export function parseKill(value: string): readonly (KillPattern | undefined)[] {
  return value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parsePattern);
}

function parsePattern(text: string): KillPattern | undefined {
  const parts = PATTERN.exec(text);
  if (!parts) return undefined;
  const [, sign, tag, glob = ""] = parts;
  return {
    text,
    of: tag === undefined ? "key" : "tag",
    glob: tag === undefined ? glob.toLowerCase() : glob,
    spares: sign === "!",
  };
}

/** A pattern that switches off everything there is: `*`. */
export function isBareStar(pattern: KillPattern): boolean {
  return pattern.of === "key" && !pattern.spares && /^\*+$/.test(pattern.glob);
}

export function isHit(pattern: KillPattern, target: KillTarget): boolean {
  if (pattern.of === "key") return matchesGlob(pattern.glob, target.key);
  return target.tags.some((tag) => matchesGlob(pattern.glob, tag));
}

/** The pattern of the list that switches the flag off: the first that hits it, unless another one spares it. */
export function killerOf(patterns: readonly KillPattern[], target: KillTarget): KillPattern | undefined {
  const killer = patterns.find((pattern) => !pattern.spares && isHit(pattern, target));
  return killer && !patterns.some((pattern) => pattern.spares && isHit(pattern, target)) ? killer : undefined;
}
