import type { Test } from "../flag/condition.ts";
import { DEFAULT_BY } from "../flag/flag.ts";
import { momentOf } from "../matcher/moment.ts";
import type { Boundaries } from "../matcher/operator.ts";
import { operatorOf } from "../matcher/operators.ts";
import { momentSamples } from "./moment-samples.ts";
import { numberSamples } from "./number-samples.ts";
import { textSamples } from "./text-samples.ts";
import { versionSamples } from "./version-samples.ts";

/** Everything that conditions and lists compare one attribute with. */
export interface AttributeTests {
  readonly attribute: string;
  readonly tests: readonly Test[];
  /** The ids and roles that lists contain. */
  readonly ids: readonly string[];
}

/** The maximum number of listed values. With more values, nothing is certain. */
const MAX_LISTED = 5_000;

/**
 * Returns sample values that represent all others: for any value of the attribute that is not a list, one sample has
 * the same outcome in every test. If no sample meets a condition, no value meets it.
 *
 * @returns undefined if no such samples are known; then nothing is certain about the attribute
 */
export function samplesOf({ attribute, tests, ids }: AttributeTests): readonly unknown[] | undefined {
  const boundaries = boundariesOf(tests);
  const { listed, numbers } = boundaries;
  if (listed.length + ids.length > MAX_LISTED) return undefined;
  const texts = new Set([...listed.filter(isText), ...ids]);
  const others = unlistedTexts(boundaries, texts);
  if (others === undefined) return undefined;
  const strings = ["", ...texts, ...others.filter(isText)];
  // The subject attribute is a text or missing.
  if (attribute === DEFAULT_BY) return [...new Set(strings)].filter((text) => text !== "");
  const limits = [...listed.filter((value) => typeof value === "number"), ...ids.map(Number), ...numbers];
  // The empty object represents every value that no test accepts.
  return [
    ...new Set(strings),
    ...numberSamples(limits.filter(Number.isFinite)),
    true,
    false,
    {},
    ...others.filter((sample) => !isText(sample)),
  ];
}

/**
 * Returns values that are worth trying but prove nothing: the samples of {@link samplesOf}, or if there are none,
 * samples for each kind of comparison separately.
 */
export function trialValuesOf(asked: AttributeTests): readonly unknown[] {
  const samples = samplesOf(asked);
  if (samples !== undefined) return samples;
  const boundaries = boundariesOf(asked.tests);
  const { listed, startsWith, endsWith, contains, numbers } = boundaries;
  const { texts, versions, moments } = unlistedByKind(boundaries, new Set([...listed.filter(isText), ...asked.ids]));
  return [
    ...listed,
    ...asked.ids,
    ...startsWith,
    ...endsWith,
    ...contains,
    ...(texts ?? []),
    ...(versions ?? []),
    ...(moments ?? []),
    ...(numbers.length === 0 ? [] : numberSamples(numbers)),
  ];
}

/** Returns roughly how many steps it takes to make the samples for one test. */
export function samplingCost(test: Test): number {
  if ("values" in test) return test.values.length / 4;
  return test.op === "semver" ? test.range.length : 4;
}

function boundariesOf(tests: readonly Test[]): Required<Boundaries> {
  const all = tests.map((test) => operatorOf(test).boundaries(test));
  return {
    listed: all.flatMap(({ listed = [] }) => listed),
    startsWith: all.flatMap(({ startsWith = [] }) => startsWith),
    endsWith: all.flatMap(({ endsWith = [] }) => endsWith),
    contains: all.flatMap(({ contains = [] }) => contains),
    numbers: all.flatMap(({ numbers = [] }) => numbers),
    moments: all.flatMap(({ moments = [] }) => moments),
    ranges: all.flatMap(({ ranges = [] }) => ranges),
  };
}

/** Returns, by kind of comparison, samples that are not listed; undefined for a kind of which none are known. */
function unlistedByKind({ ranges, ...boundaries }: Required<Boundaries>, listed: ReadonlySet<string>) {
  const moments = boundaries.moments.map(momentOf).filter((moment) => moment !== undefined);
  return {
    texts: textSamples(boundaries, listed),
    versions: ranges.length === 0 ? [] : versionSamples(ranges, listed),
    moments: moments.length === 0 ? [] : momentSamples(moments, listed),
  };
}

/** Returns texts that are not listed, and moments; undefined if tests compare the texts in more than one way. */
function unlistedTexts(
  boundaries: Required<Boundaries>,
  listed: ReadonlySet<string>,
): readonly (string | Date)[] | undefined {
  const { startsWith, endsWith, contains, ranges } = boundaries;
  const kinds = [[...startsWith, ...endsWith, ...contains], ranges, boundaries.moments];
  if (kinds.filter((each) => each.length > 0).length > 1) return undefined;
  if (boundaries.moments.some((moment) => momentOf(moment) === undefined)) return undefined;
  const { texts, versions, moments } = unlistedByKind(boundaries, listed);
  return texts && versions && moments && [...texts, ...versions, ...moments];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
