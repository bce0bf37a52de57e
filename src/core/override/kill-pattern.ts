import type { Flag } from "../flag/flag.ts";
import { matchesGlob } from "./glob.ts";
import { withoutSeparators } from "./override-text.ts";

/** One entry of `FLAGS_KILL`. */
export interface KillPattern {
  /** The entry as written, e.g. `workshop_*`, `!workshop_reports`, `tag:payments`. */
  readonly text: string;
  /** What the pattern is compared with. */
  readonly of: "key" | "tag";
  /** In lower case for keys, which are compared in any case. */
  readonly glob: string;
  /** The entry starts with `!`: this list does not kill flags that match it. */
  readonly spares: boolean;
}

/** The fields of a flag that patterns are compared with. */
export type KillTarget = Pick<Flag, "key" | "tags">;

const PATTERN = /^(!?)(tag:)?([\w.:/*-]+)$/;

/**
 * Parses the patterns of one `FLAGS_KILL`.
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

/** Matches what may be between two names of a list: separators, and the brackets and quotes of other notations. */
const BETWEEN = /[\s\p{Cc}\p{Cf},;()[\]{}"'`“”„‘’‚«»]+/u;

/** Splits a list that is separated by commas, semicolons or white space. Brackets and quotes are ignored. */
export function namesIn(value: string): readonly string[] {
  return value.split(BETWEEN).filter((name) => name !== "");
}

/** Returns whether a pattern kills every flag: `*`. */
export function isBareStar(pattern: KillPattern): boolean {
  return pattern.of === "key" && !pattern.spares && /^\*+$/.test(pattern.glob);
}

export function isHit(pattern: KillPattern, target: KillTarget): boolean {
  if (pattern.of === "key") return matchesGlob(pattern.glob, target.key.toLowerCase());
  return target.tags.some((tag) => matchesGlob(pattern.glob, tag));
}

/**
 * Returns whether a pattern that matches no flag was probably meant for this one: it differs from the key only by separators,
 * or it is the flag's variable.
 */
export function isMeantFor({ of, glob, spares }: KillPattern, key: string): boolean {
  if (of !== "key" || spares || glob.includes("*")) return false;
  const [meant, own] = [withoutSeparators(glob), withoutSeparators(key)];
  return own !== "" && (meant === own || meant === `FEATURE${own}`);
}

/**
 * Returns the first pattern of a list that kills the flag; undefined where none does or another pattern spares it.
 *
 * @param strays  the patterns that match no flag: they kill the flag that they were meant for
 */
export function killerOf(
  patterns: readonly KillPattern[],
  strays: ReadonlySet<KillPattern>,
  target: KillTarget,
): KillPattern | undefined {
  const killer = patterns.find(
    (pattern) =>
      (!pattern.spares && isHit(pattern, target)) || (strays.has(pattern) && isMeantFor(pattern, target.key)),
  );
  return killer && !patterns.some((pattern) => pattern.spares && isHit(pattern, target)) ? killer : undefined;
}
