import parse from "semver/functions/parse.js";
import { rangeOf } from "../matcher/version.ts";

/** Near the length that is still read as a version, the next one could not be written down. */
const LONGEST = 200;

/**
 * Returns versions of which one lies in the same ranges as any version; no text is listed. Versions have a next one (after 5.5.0
 * comes 5.5.1-0, after 5.5.1-0 comes 5.5.1-0.0), so that each limit and the one next to it are enough.
 *
 * @param ranges  every range that is compared with
 * @param listed  texts that are compared with as a whole
 * @returns       undefined where a range is not valid, or where a version cannot be written down
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
  // `*` compares with a sign that is not a version.
  return rangeOf(range)?.set.flatMap((part) =>
    part.flatMap(({ semver }) => (typeof semver.version === "string" ? semver.version : [])),
  );
}

/** Returns the next version; for one with the largest number that is read, what comes after the numbers before it. */
function nextOnes(version: string): readonly string[] {
  const read = parse(version);
  if (read === null) return [];
  if (read.prerelease.length > 0) return [`${version}.0`];
  const { major, minor, patch } = read;
  const next = [`${major}.${minor}.${patch + 1}-0`, `${major}.${minor + 1}.0-0`, `${major + 1}.0.0-0`];
  return next.filter((text) => parse(text) !== null);
}

/** Build metadata, which no comparison sees, makes another text of the same version. */
function unlisted(version: string, listed: ReadonlySet<string>): string {
  for (let build = 0; ; build += 1) {
    const text = `${version}+${build}`;
    if (!listed.has(text)) return text;
  }
}
