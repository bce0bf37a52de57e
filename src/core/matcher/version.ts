import type Comparator from "semver/classes/comparator.js";
import Range from "semver/classes/range.js";
import type SemVer from "semver/classes/semver.js";
import parse from "semver/functions/parse.js";

/** Matches a version whose last parts are left out: `5` or `5.5`. */
const SHORT = /^\d+(\.\d+)?$/;
/** The maximum length of a version whose answer is stored. Storing longer texts would let a caller fill the memory. */
const LONGEST_REMEMBERED = 64;
const REMEMBERED = 256;

/** Returns whether a version is in a range; undefined for a text that is not a version. */
export type VersionTest = (version: string) => boolean | undefined;

/**
 * Returns the test for one npm range, e.g. `>=5.5 <7`, which is parsed once. Versions are strict semver, or one or two
 * numbers (`5.5` is 5.5.0). Pre-releases count as versions like any other: `6.0.0-beta.1` is in `>=5.5`. The last few
 * hundred answers are stored, because most contexts have one of a few versions.
 *
 * @returns undefined when the range is not valid
 */
export function versionTest(range: string): VersionTest | undefined {
  const parsed = rangeOf(range);
  if (!parsed) return undefined;
  const alternatives = parsed.set.map((all) => all.map(comparison));
  const answers = new Map<string, boolean | undefined>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known;
    const version = versionOf(text);
    const answer = version && alternatives.some((all) => all.every((holds) => holds(version)));
    if (text.length <= LONGEST_REMEMBERED) {
      if (answers.size >= REMEMBERED) answers.clear();
      answers.set(text, answer);
    }
    return answer;
  };
}

/** Compiles one comparator of a range. The package itself parses both versions again for each comparison. */
function comparison({ operator, semver }: Comparator): (version: SemVer) => boolean {
  // The comparator of `*` contains a symbol instead of a version.
  if (typeof semver.version !== "string") return () => true;
  switch (operator) {
    case ">":
      return (version) => version.compare(semver) > 0;
    case ">=":
      return (version) => version.compare(semver) >= 0;
    case "<":
      return (version) => version.compare(semver) < 0;
    case "<=":
      return (version) => version.compare(semver) <= 0;
    case "=":
    case "":
      return (version) => version.compare(semver) === 0;
  }
}

/** The versions that were parsed last: one evaluation may compare a version with thousands of ranges. */
const versions = new Map<string, SemVer | undefined>();
const VERSIONS_REMEMBERED = 64;
/** The maximum length of a version. */
const LONGEST = 256;

function versionOf(text: string): SemVer | undefined {
  if (text.length > LONGEST) return undefined;
  const known = versions.get(text);
  if (known !== undefined || versions.has(text)) return known;
  const version = parse(versionText(text)) ?? undefined;
  if (versions.size >= VERSIONS_REMEMBERED) versions.clear();
  versions.set(text, version);
  return version;
}

/** The ranges that were parsed last: one flag is checked, compiled and traced with the same ranges. */
const ranges = new Map<string, Range | undefined>();
const RANGES_REMEMBERED = 1_000;
const LONGEST_RANGE_REMEMBERED = 200;

/** Parses an npm range; undefined for a text that is not one. */
export function rangeOf(text: string): Range | undefined {
  if (ranges.has(text)) return ranges.get(text);
  const range = parsedRange(text);
  if (text.length <= LONGEST_RANGE_REMEMBERED) {
    if (ranges.size >= RANGES_REMEMBERED) ranges.clear();
    ranges.set(text, range);
  }
  return range;
}

function parsedRange(text: string): Range | undefined {
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    return undefined;
  }
}

function versionText(text: string): string {
  if (!SHORT.test(text)) return text;
  return text.includes(".") ? `${text}.0` : `${text}.0.0`;
}
