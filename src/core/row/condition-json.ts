import semver from "semver";
import type { Condition, NamedCondition, Scalar, Test } from "../flag/condition.ts";
import { FormatProblem } from "./format-problem.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { momentOf } from "../evaluate/moment.ts";

type Path = readonly (string | number)[];
/** The condition of a segment that is named, not written out; undefined where there is none. */
export type SegmentNamed = (name: string) => Condition | undefined;

const MAX_DEPTH = 40;

/**
 * Reads a condition as it is written in YAML (`segment: staff`) and as it is stored (`segment: {staff: {…}}`, each
 * segment written out, so that a row needs nothing beside it).
 *
 * @throws FormatProblem for anything that a condition cannot be; the unknown is never skipped, for a condition without
 *   one of its parts lets other people in
 */
export function parseCondition(json: JsonValue, segmentNamed: SegmentNamed = () => undefined): Condition {
  return conditionAt(json, [], segmentNamed);
}

function conditionAt(json: JsonValue, path: Path, segmentNamed: SegmentNamed): Condition {
  if (path.length > MAX_DEPTH) throw new FormatProblem(path, `the condition is nested deeper than ${MAX_DEPTH}`);
  if (!isJsonObject(json)) throw new FormatProblem(path, `a condition is a mapping, found ${kindOf(json)}`);
  const parts = Object.entries(json).map(([key, value]) => partAt(key, value, [...path, key], segmentNamed));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { op: "all", of: parts };
}

function partAt(key: string, value: JsonValue, path: Path, segmentNamed: SegmentNamed): Condition {
  switch (key) {
    case "any":
    case "all":
    case "none":
      return { op: key, of: conditionsAt(value, path, segmentNamed) };
    case "segment":
      return { op: "segment", anyOf: segmentsAt(value, path, segmentNamed) };
    default:
      return { op: "match", attribute: key, tests: testsAt(value, path) };
  }
}

function conditionsAt(value: JsonValue, path: Path, segmentNamed: SegmentNamed): readonly Condition[] {
  if (!Array.isArray(value)) throw new FormatProblem(path, `expected a list of conditions, found ${kindOf(value)}`);
  return value.map((item: JsonValue, index) => conditionAt(item, [...path, index], segmentNamed));
}

function segmentsAt(value: JsonValue, path: Path, segmentNamed: SegmentNamed): readonly NamedCondition[] {
  if (isJsonObject(value)) {
    return Object.entries(value).map(([name, inlined]) => ({
      name,
      when: conditionAt(inlined, [...path, name], segmentNamed),
    }));
  }
  return (Array.isArray(value) ? value : [value]).map((name: JsonValue) => {
    if (typeof name !== "string") throw new FormatProblem(path, `a segment's name is a string, found ${kindOf(name)}`);
    const when = segmentNamed(name);
    if (when === undefined) throw new FormatProblem(path, `segment "${name}" does not exist`);
    return { name, when };
  });
}

function testsAt(value: JsonValue, path: Path): readonly Test[] {
  if (!isJsonObject(value)) return [{ op: "in", values: scalarsAt(value, path) }];
  const tests = Object.entries(value).map(([op, operand]) => testAt(op, operand, [...path, op]));
  if (tests.length === 0) throw new FormatProblem(path, "a matcher needs at least one operator");
  return tests;
}

function testAt(op: string, operand: JsonValue, path: Path): Test {
  switch (op) {
    // Written as a bare value or list in YAML; beside other operators only in the stored form.
    case "in":
    case "not":
      return { op, values: scalarsAt(operand, path) };
    case "contains":
    case "startsWith":
    case "endsWith":
      return { op, values: textsAt(operand, path) };
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      if (typeof operand !== "number") throw new FormatProblem(path, `expected a number, found ${kindOf(operand)}`);
      return { op, value: operand };
    case "before":
    case "after":
      if (typeof operand !== "string" || momentOf(operand) === undefined) {
        throw new FormatProblem(path, `expected an ISO 8601 day or date-time with its offset, found ${shown(operand)}`);
      }
      return { op, value: operand };
    case "semver":
      if (typeof operand !== "string" || semver.validRange(operand) === null) {
        throw new FormatProblem(path, `expected a version range such as ">=5.5", found ${shown(operand)}`);
      }
      return { op, range: operand };
    case "exists":
      if (typeof operand !== "boolean")
        throw new FormatProblem(path, `expected true or false, found ${shown(operand)}`);
      return { op, value: operand };
    default:
      throw new FormatProblem(path, `"${op}" is no operator`);
  }
}

function scalarsAt(value: JsonValue, path: Path): readonly Scalar[] {
  return (Array.isArray(value) ? value : [value]).map((item: JsonValue) => {
    if (typeof item === "string" || typeof item === "number" || typeof item === "boolean") return item;
    throw new FormatProblem(path, `expected a string, a number or true/false, found ${kindOf(item)}`);
  });
}

function textsAt(value: JsonValue, path: Path): readonly string[] {
  return scalarsAt(value, path).map((item) => {
    if (typeof item === "string") return item;
    throw new FormatProblem(path, `expected a string, found ${shown(item)}`);
  });
}

/** The stored form of a condition: what {@link parseCondition} reads back, segments written out. */
export function conditionJson(condition: Condition): JsonObject {
  if (condition.op !== "all") return Object.fromEntries([entryOf(condition)]);
  const entries = condition.of.map(entryOf);
  const names = new Set(entries.map(([name]) => name));
  // Two parts of one name (or a lone part, which would read back as itself) need the list.
  if (names.size < entries.length || entries.length === 1) return { all: condition.of.map(conditionJson) };
  return Object.fromEntries(entries);
}

function entryOf(condition: Condition): readonly [string, JsonValue] {
  switch (condition.op) {
    case "match":
      return [condition.attribute, matcherJson(condition.tests)];
    case "segment":
      return ["segment", Object.fromEntries(condition.anyOf.map(({ name, when }) => [name, conditionJson(when)]))];
    case "all":
    case "any":
    case "none":
      return [condition.op, condition.of.map(conditionJson)];
  }
}

function matcherJson(tests: readonly Test[]): JsonValue {
  const [first] = tests;
  if (first?.op === "in" && tests.length === 1) return oneOrMany(first.values);
  return Object.fromEntries(tests.map((test) => [test.op, operandJson(test)]));
}

function operandJson(test: Test): JsonValue {
  switch (test.op) {
    case "in":
    case "not":
    case "contains":
    case "startsWith":
    case "endsWith":
      return oneOrMany(test.values);
    case "semver":
      return test.range;
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "before":
    case "after":
    case "exists":
      return test.value;
  }
}

function oneOrMany(values: readonly Scalar[]): JsonValue {
  const [first] = values;
  return first !== undefined && values.length === 1 ? first : values;
}

/** What kind of thing a value is, for a message that must not repeat it. */
export function kindOf(value: JsonValue): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return isJsonObject(value) ? "a mapping" : `a ${typeof value}`;
}

/** A value in a message: short ones as they are. */
function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : kindOf(value);
}
