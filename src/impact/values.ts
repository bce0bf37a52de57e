import parse from "semver/functions/parse.js";
import type { Scalar, Test } from "../core/flag/condition.ts";
import { momentSamples } from "../core/logic/moment-samples.ts";
import { numberSamples } from "../core/logic/number-samples.ts";
import { type Asked, samplesOf } from "../core/logic/samples.ts";
import { textSamples } from "../core/logic/text-samples.ts";
import { versionSamples } from "../core/logic/version-samples.ts";
import { momentOf } from "../core/evaluate/moment.ts";
import { scalarTest } from "../core/evaluate/scalar-test.ts";
import type { AttributeSpec } from "./population.ts";

/** What an attribute may be, where nobody declared its values. */
export interface GuessedValues {
  /** Those that some condition names, or lets in by a limit. */
  readonly named: readonly Scalar[];
  /** Those that none does. */
  readonly others: readonly Scalar[];
}

type ValueType = AttributeSpec["type"];

/** A value of its type that nobody has asked for. */
const PLAIN: Readonly<Record<ValueType, readonly Scalar[]>> = {
  string: ["other"],
  number: [0],
  boolean: [true, false],
  version: ["1.0.0"],
  date: ["2000-01-01"],
};

/**
 * Values on both sides of everything that an attribute is asked, all of its type.
 *
 * @param type  as declared; undefined where nobody declared it: then of the types that its tests are about
 */
export function guessedValues(asked: Asked, type: ValueType | undefined): GuessedValues {
  const types = type === undefined ? typesAsked(asked) : new Set([type]);
  const isNamed = namingOf(asked);
  const listed = new Set<unknown>(asked.tests.flatMap((test) => ("values" in test ? test.values : [])));
  const plain = [...types].flatMap((each) => PLAIN[each]);
  const values = new Set([...candidates(asked), ...plain]);
  const fitting = [...values].filter((value): value is Scalar => {
    return [...types].some((each) => fits(value, each) || (each === "version" && isText(value) && listed.has(value)));
  });
  return { named: fitting.filter(isNamed), others: fitting.filter((value) => !isNamed(value)) };
}

function candidates(asked: Asked): readonly unknown[] {
  const known = samplesOf(asked);
  if (known !== undefined) return known;
  // Too much to look at every combination: each kind of test by itself.
  const { tests, ids } = asked;
  const listed = tests.flatMap((test): readonly Scalar[] => (test.op === "in" || test.op === "not" ? test.values : []));
  const texts = new Set([...listed.filter(isText), ...ids]);
  const partsOf = (op: Test["op"]) => tests.flatMap((test) => (test.op === op && "values" in test ? test.values : []));
  const parts = {
    startsWith: partsOf("startsWith").filter(isText),
    endsWith: partsOf("endsWith").filter(isText),
    contains: partsOf("contains").filter(isText),
  };
  const ranges = tests.flatMap((test) => (test.op === "semver" ? [test.range] : []));
  const moments = tests.flatMap((test) => {
    return test.op === "before" || test.op === "after" ? (momentOf(test.value) ?? []) : [];
  });
  const limits = tests.flatMap((test) => ("value" in test && typeof test.value === "number" ? [test.value] : []));
  return [
    ...listed,
    ...ids,
    ...Object.values(parts).flat(),
    ...(textSamples(parts, texts) ?? []),
    ...(ranges.length === 0 ? [] : (versionSamples(ranges, texts) ?? [])),
    ...(moments.length === 0 ? [] : (momentSamples(moments, texts) ?? [])),
    ...(limits.length === 0 ? [] : numberSamples(limits)),
  ];
}

/** Whether a test takes a value in; what `not` leaves out is named as well. */
function namingOf({ tests, ids }: Asked): (value: Scalar) => boolean {
  const listed = new Set(ids);
  const naming = tests.flatMap((test) => {
    if (test.op === "exists") return [];
    return [scalarTest(test.op === "not" ? { op: "in", values: test.values } : test)];
  });
  return (value) => listed.has(String(value)) || naming.some((test) => test(value) === true);
}

function typesAsked({ tests, ids }: Asked): ReadonlySet<ValueType> {
  const types = tests.flatMap((test): readonly ValueType[] => {
    switch (test.op) {
      case "in":
      case "not":
        return test.values.map(typeOf);
      case "contains":
      case "startsWith":
      case "endsWith":
        return ["string"];
      case "gt":
      case "gte":
      case "lt":
      case "lte":
        return ["number"];
      case "before":
      case "after":
        return ["date"];
      case "semver":
        return ["version"];
      case "exists":
        return [];
    }
  });
  const isUnclear = ids.length > 0 || types.length === 0;
  return new Set(isUnclear ? [...types, "string"] : types);
}

function typeOf(value: Scalar): "string" | "number" | "boolean" {
  if (typeof value === "string") return "string";
  return typeof value === "number" ? "number" : "boolean";
}

function fits(value: unknown, type: ValueType): boolean {
  switch (type) {
    case "string":
      return isText(value) && value !== "";
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "version":
      return isText(value) && parse(value) !== null;
    case "date":
      return isText(value) && momentOf(value) !== undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
