import parse from "semver/functions/parse.js";
import { rangeOf } from "../matcher/version.ts";

/** The maximum length of a version for which a next one is created: the next one is longer and must still be valid. */
const LONGEST = 200;

/**
 * Returns sample versions. For any version, one sample is in the same ranges. No sample is one of the `listed` texts.
 * Each version has a next one (after 5.5.0 comes 5.5.1-0, after 5.5.1-0 comes 5.5.1-0.0), so each limit and the version
 * next to it suffice.
 *
 * @param ranges  every range that some test compares the attribute with
 * @param listed  texts compared for equality
 * @returns       undefined if a range is not valid or a version cannot be written
 */
export function versionSamples(ranges: readonly string[], listed: ReadonlySet<string>): readonly string[] | undefined {
  const found = new Set<string>(["0.0.0-0"]);
  for (const range of ranges) {
    const limits = limitsOf(range);
    if (limits === undefined) return undefined;
    for (const limit of limits) {
      if (limit.length > LONGEST) return undefined;
      for (const version of [limit, ...nextOnes(limit)]) found.add(version);
    }
  }
  return [...found].map((version) => unlisted(version, listed));
}

function limitsOf(range: string): readonly string[] | undefined {
  // The comparator of `*` contains a symbol instead of a version.
  return rangeOf(range)?.set.flatMap((part) =>
    part.flatMap(({ semver }) => (typeof semver.version === "string" ? semver.version : [])),
  );
}

/** Returns candidates for the next version. After the largest valid number, the number before it is raised. */
function nextOnes(version: string): readonly string[] {
  const read = parse(version);
  if (read === null) return [];
  if (read.prerelease.length > 0) return [`${version}.0`];
  const { major, minor, patch } = read;
  const next = [`${major}.${minor}.${patch + 1}-0`, `${major}.${minor + 1}.0-0`, `${major + 1}.0.0-0`];
  return next.filter((text) => parse(text) !== null);
}

/** Adds build metadata, which comparisons ignore, so that the text is not listed. */
function unlisted(version: string, listed: ReadonlySet<string>): string {
  for (let build = 0; ; build += 1) {
    const text = `${version}+${build}`;
    if (!listed.has(text)) return text;
  }
}
