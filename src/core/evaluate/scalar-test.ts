import type { Scalar, Test } from "../flag/condition.ts";
import { momentOf } from "./moment.ts";
import { not, type Truth } from "./truth.ts";
import { versionTest } from "./version.ts";

/** Whether one value (an attribute, or one element of a list) passes; unknown when it is of another type. */
export type ScalarTest = (value: unknown) => Truth;

/** Up to here a comparison one by one is faster than asking a set. */
const FEW = 8;

/** A test of one value, prepared once: ranges and dates are read here, lists become sets. */
export function scalarTest(test: Exclude<Test, { op: "exists" }>): ScalarTest {
  switch (test.op) {
    case "in":
      return oneOf(test.values);
    case "not": {
      const equals = oneOf(test.values);
      return (value) => not(equals(value));
    }
    case "contains":
      return someText(test.values, (text, part) => text.includes(part));
    case "startsWith":
      return someText(test.values, (text, part) => text.startsWith(part));
    case "endsWith":
      return someText(test.values, (text, part) => text.endsWith(part));
    // Each with its own closure: a shared one would call its operator through a pointer, a third of the whole cost.
    case "gt":
      return (value) => (isNumber(value) ? value > test.value : "unknown");
    case "gte":
      return (value) => (isNumber(value) ? value >= test.value : "unknown");
    case "lt":
      return (value) => (isNumber(value) ? value < test.value : "unknown");
    case "lte":
      return (value) => (isNumber(value) ? value <= test.value : "unknown");
    case "before":
      return moment(test.value, (at, limit) => at < limit);
    case "after":
      return moment(test.value, (at, limit) => at > limit);
    case "semver":
      return version(test.range);
  }
}

/**
 * Equal to one of the values. Values of different types are not comparable: unknown, unless at least one of the listed
 * values has the type of the attribute.
 */
function oneOf(values: readonly Scalar[]): ScalarTest {
  const [only] = values;
  if (values.length === 1 && typeof only === "string") {
    return (value) => (typeof value === "string" ? value === only : "unknown");
  }
  const hasType = (type: string) => values.some((value) => typeof value === type);
  const [hasTexts, hasNumbers, hasBooleans] = [hasType("string"), hasType("number"), hasType("boolean")];
  const set: ReadonlySet<unknown> = new Set(values);
  const listed: readonly unknown[] = values;
  const isFew = values.length <= FEW;
  return (value) => {
    if (
      typeof value === "string" ? hasTexts : typeof value === "boolean" ? hasBooleans : hasNumbers && isNumber(value)
    ) {
      return isFew ? listed.includes(value) : set.has(value);
    }
    return "unknown";
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function someText(parts: readonly string[], holds: (text: string, part: string) => boolean): ScalarTest {
  return (value) => (typeof value === "string" ? parts.some((part) => holds(value, part)) : "unknown");
}

function moment(text: string, holds: (at: number, limit: number) => boolean): ScalarTest {
  const limit = momentOf(text);
  if (limit === undefined) return () => "unknown";
  return (value) => {
    const at = momentOfValue(value);
    return at === undefined ? "unknown" : holds(at, limit);
  };
}

/** The moment that an attribute names: a Date or ISO text. */
function momentOfValue(value: unknown): number | undefined {
  if (typeof value === "string") return momentOf(value);
  if (!(value instanceof Date)) return undefined;
  const at = Date.prototype.getTime.call(value);
  return Number.isNaN(at) ? undefined : at;
}

function version(range: string): ScalarTest {
  const isIn = versionTest(range);
  if (!isIn) return () => "unknown";
  return (value) => (typeof value === "string" ? (isIn(value) ?? "unknown") : "unknown");
}
