import type { Scalar, Test } from "../flag/condition.ts";
import { DEFAULT_BY } from "../flag/flag.ts";
import { momentOf } from "../evaluate/moment.ts";
import { momentSamples } from "./moment-samples.ts";
import { numberSamples } from "./number-samples.ts";
import { textSamples } from "./text-samples.ts";
import { versionSamples } from "./version-samples.ts";

/** Everything that one attribute is asked. */
export interface Asked {
  readonly attribute: string;
  readonly tests: readonly Test[];
  /** Ids of whitelists, roles. */
  readonly ids: readonly string[];
}

/** More texts and numbers than anybody writes; above it no answer is certain. */
const MOST_LISTED = 5_000;

/**
 * Values of which one answers all tests as any value does that a caller can hand in, lists apart. So what none of them
 * can do, nobody can.
 *
 * @returns undefined where no such values are known: then nothing is certain about the attribute
 */
export function samplesOf({ attribute, tests, ids }: Asked): readonly unknown[] | undefined {
  const listed = tests.flatMap((test): readonly Scalar[] => (test.op === "in" || test.op === "not" ? test.values : []));
  const texts = new Set([...listed.filter((value) => typeof value === "string"), ...ids]);
  if (listed.length + ids.length > MOST_LISTED) return undefined;
  const others = otherTexts(tests, texts);
  if (others === undefined) return undefined;
  const [written, dates] = [others.filter((sample) => typeof sample === "string"), others.filter(isDate)];
  const strings = ["", ...texts, ...written];
  // The subject attribute is a text or missing, whatever was handed in.
  if (attribute === DEFAULT_BY) return [...new Set(strings)].filter((text) => text !== "");
  const limits = tests.flatMap((test) => {
    return test.op === "gt" || test.op === "gte" || test.op === "lt" || test.op === "lte" ? [test.value] : [];
  });
  const counted = [...listed.filter((value) => typeof value === "number"), ...ids.map(Number), ...limits];
  const numbers = numberSamples(counted.filter(Number.isFinite));
  // The empty object stands for everything that no test understands.
  return [...new Set(strings), ...numbers, true, false, {}, ...dates];
}

/** Texts that are not listed, and moments. Two kinds of tests of text on one attribute are not looked into. */
function otherTexts(tests: readonly Test[], listed: ReadonlySet<string>): readonly (string | Date)[] | undefined {
  const partsOf = (op: "startsWith" | "endsWith" | "contains") =>
    tests.flatMap((test) => (test.op === op ? test.values : []));
  const parts = { startsWith: partsOf("startsWith"), endsWith: partsOf("endsWith"), contains: partsOf("contains") };
  const ranges = tests.flatMap((test) => (test.op === "semver" ? [test.range] : []));
  const moments = tests.flatMap((test) => (test.op === "before" || test.op === "after" ? [momentOf(test.value)] : []));
  const known = moments.filter((moment) => moment !== undefined);
  const hasParts = Object.values(parts).some((values) => values.length > 0);
  if (Number(hasParts) + Number(ranges.length > 0) + Number(moments.length > 0) > 1) return undefined;
  if (known.length < moments.length) return undefined;
  const plain = textSamples(parts, listed);
  const versions = ranges.length === 0 ? [] : versionSamples(ranges, listed);
  const dates = moments.length === 0 ? [] : momentSamples(known, listed);
  if (plain === undefined || versions === undefined || dates === undefined) return undefined;
  return [...plain, ...versions, ...dates];
}

function isDate(sample: string | Date): sample is Date {
  return sample instanceof Date;
}
