import parse from "semver/functions/parse.js";
import { rangeOf } from "../matcher/version.ts";

/** The maximum length of a version with a successor: near the longest valid version, the next one would be too long. */
const LONGEST = 200;

/**
 * Returns sample versions. For any version, one sample is in the same ranges. No sample text is listed. Each version
 * has a next one (after 5.5.0 comes 5.5.1-0, after 5.5.1-0 comes 5.5.1-0.0), so each limit and the version next to it
 * suffice.
 *
 * @param ranges  every range that is compared with
 * @param listed  texts that are compared with as a whole
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
  // `*` compares with a sign that is not a version.
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

/** Build metadata, which no comparison sees, makes another text of the same version. */
function unlisted(version: string, listed: ReadonlySet<string>): string {
  for (let build = 0; ; build += 1) {
    const text = `${version}+${build}`;
    if (!listed.has(text)) return text;
  }
}
