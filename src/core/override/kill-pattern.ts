import type { Flag } from "../flag/flag.ts";
import { matchesGlob } from "./glob.ts";
import { variableOf, withoutSeparators } from "./override-text.ts";

/** One entry of `FLAGS_KILL`. */
export interface KillPattern {
  /** The entry as written, except that tags begin with `tag:`, e.g. `workshop_*`, `!workshop_reports`, `tag:payments`. */
  readonly text: string;
  /** What the pattern is compared with. */
  readonly of: "key" | "tag";
  /** In lower case, because keys and tags are case-insensitive. */
  readonly glob: string;
  /** The entry starts with `!`: this list does not kill flags that match it. */
  readonly spares: boolean;
}

/** The fields of a flag that patterns are compared with. */
export type KillTarget = Pick<Flag, "key" | "tags">;

const PATTERN = /^(!?)(tag:)?([\w.:/*-]+)$/;
/** Matches other spellings of `tag:`, such as `Tags: ` and `tag=`. */
const TAG = /(?<![\w.-])tags?\s{0,9}[:=]\s{0,9}/gi;
/** Signs that separate keys in other notations. Tags may contain them. */
const BETWEEN_KEYS = /[|+&/]+/;

/**
 * Parses the patterns of one `FLAGS_KILL`.
 *
 * @returns the text in place of an entry that is not a valid pattern
 */
export function parseKill(value: string): readonly (KillPattern | string)[] {
  return entriesIn(value).map((text) => {
    const parts = PATTERN.exec(text);
    if (parts === null) return text;
    const [, sign, tag, glob = ""] = parts;
    return { text, of: tag === undefined ? "key" : "tag", glob: glob.toLowerCase(), spares: sign === "!" };
  });
}

function entriesIn(value: string): readonly string[] {
  return namesIn(value.replace(TAG, "tag:")).flatMap((entry) =>
    /^!?tag:/.test(entry) ? [entry] : entry.split(BETWEEN_KEYS).filter((part) => part !== ""),
  );
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
  return target.tags.some((tag) => matchesGlob(pattern.glob, tag.toLowerCase()));
}

/**
 * Returns whether a pattern that matches no flag was probably meant for this one: it differs from the key only by separators,
 * or it is the flag's variable or a pattern of variables, such as `FEATURE_NEW_*`. `FEATURE_*` means no flag: it would mean all.
 */
export function isMeantFor({ of, glob, spares }: KillPattern, key: string): boolean {
  if (of !== "key" || spares) return false;
  if (glob.includes("*")) return !/^feature[_.-]?\*+$/.test(glob) && isVariablePattern(glob, key);
  const [meant, own] = [withoutSeparators(glob), withoutSeparators(key)];
  return own !== "" && (meant === own || meant === `FEATURE${own}`);
}

function isVariablePattern(glob: string, key: string): boolean {
  return glob.startsWith("feature_") && matchesGlob(glob, variableOf(key).toLowerCase());
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
