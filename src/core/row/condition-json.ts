import type { Condition, NamedCondition, Test } from "../flag/condition.ts";
import { isJsonObject, isList, listOf, type JsonObject, type JsonValue } from "../json.ts";
import { type Path, typeText } from "../matcher/operand.ts";
import { operatorNamed, operatorOf } from "../matcher/operators.ts";
import { FormatProblem } from "./format-problem.ts";

/** Returns the condition of a segment by its name; undefined if there is no such segment. */
export type SegmentNamed = (name: string) => Condition | undefined;

/** Rows name no segments: each is written out. */
const noSegment: SegmentNamed = () => undefined;

/** The conditions of segments that are written out: the rows that one run makes share their JSON. */
const parsed = new WeakMap<JsonObject, Condition>();

const MAX_DEPTH = 40;

/**
 * Parses a condition in the form of files (`segment: staff`) or of rows (`segment: {staff: {…}}`, with each segment
 * written out, so that a row is complete in itself).
 *
 * @throws FormatProblem for anything that is not a condition. Unknown parts are never skipped: a condition without one of its
 *   parts applies to other people
 */
export function parseCondition(json: JsonValue, segmentNamed: SegmentNamed = noSegment): Condition {
  return conditionAt(json, [], segmentNamed);
}

function conditionAt(json: JsonValue, path: Path, segmentNamed: SegmentNamed): Condition {
  if (path.length > MAX_DEPTH) throw new FormatProblem(path, `the condition is nested deeper than ${MAX_DEPTH}`);
  if (!isJsonObject(json)) throw new FormatProblem(path, `expected a mapping, found ${typeText(json)}`);
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
  if (!isList(value)) throw new FormatProblem(path, `expected a list of conditions, found ${typeText(value)}`);
  return value.map((item, index) => conditionAt(item, [...path, index], segmentNamed));
}

function segmentsAt(value: JsonValue, path: Path, segmentNamed: SegmentNamed): readonly NamedCondition[] {
  if (isJsonObject(value)) {
    return Object.entries(value).map(([name, inlined]) => ({
      name,
      when: segmentAt(inlined, [...path, name], segmentNamed),
    }));
  }
  return listOf(value).map((name) => {
    if (typeof name !== "string")
      throw new FormatProblem(path, `expected the name of a segment, found ${typeText(name)}`);
    const when = segmentNamed(name);
    if (when === undefined) throw new FormatProblem(path, `segment "${name}" does not exist`);
    return { name, when };
  });
}

function segmentAt(json: JsonValue, path: Path, segmentNamed: SegmentNamed): Condition {
  const isShared = segmentNamed === noSegment && isJsonObject(json);
  const condition = (isShared ? parsed.get(json) : undefined) ?? conditionAt(json, path, segmentNamed);
  if (isShared) parsed.set(json, condition);
  return condition;
}

function testsAt(value: JsonValue, path: Path): readonly Test[] {
  // A bare value or list is `in`, which has a name only beside other operators in the stored form.
  if (!isJsonObject(value)) return [testAt("in", value, path)];
  const tests = Object.entries(value).map(([op, operand]) => testAt(op, operand, [...path, op]));
  if (tests.length === 0) throw new FormatProblem(path, "expected at least one operator");
  return tests;
}

function testAt(name: string, operand: JsonValue, path: Path): Test {
  const operator = operatorNamed(name);
  if (operator === undefined) throw new FormatProblem(path, `"${name}" is not an operator`);
  return operator.parse(operand, path);
}

/** Writes the segments of one condition. */
type SegmentsJson = (anyOf: readonly NamedCondition[]) => JsonValue;

function writtenOut(anyOf: readonly NamedCondition[]): JsonValue {
  return Object.fromEntries(anyOf.map(({ name, when }) => [name, conditionJson(when)]));
}

/** Writes segments as their names, to compare conditions without what is in the segments. */
export function namesOnly(anyOf: readonly NamedCondition[]): JsonObject {
  return Object.fromEntries(anyOf.map(({ name }) => [name, {}]));
}

/**
 * Returns the stored form of a condition, which {@link parseCondition} reads back; segments are written out unless
 * `segmentsJson` is passed.
 */
export function conditionJson(condition: Condition, segmentsJson: SegmentsJson = writtenOut): JsonObject {
  if (segmentsJson !== writtenOut) return jsonOf(condition, segmentsJson);
  const json = written.get(condition) ?? jsonOf(condition, segmentsJson);
  written.set(condition, json);
  return json;
}

/** The stored forms of conditions: all environments and flags that use a segment share its condition. */
const written = new WeakMap<Condition, JsonObject>();

function jsonOf(condition: Condition, segmentsJson: SegmentsJson): JsonObject {
  const entryOf = (each: Condition) => conditionEntry(each, segmentsJson);
  if (condition.op !== "all") return Object.fromEntries([entryOf(condition)]);
  const entries = condition.of.map(entryOf);
  const names = new Set(entries.map(([name]) => name));
  // Two parts with the same key need the list form, and so does a single part, which would otherwise be read back
  // without its `all`.
  if (names.size < entries.length || entries.length === 1) return Object.fromEntries([entryOf(condition)]);
  return Object.fromEntries(entries);
}

function conditionEntry(condition: Condition, segmentsJson: SegmentsJson): readonly [string, JsonValue] {
  switch (condition.op) {
    case "match":
      return [condition.attribute, matcherJson(condition.tests)];
    case "segment":
      return ["segment", segmentsJson(condition.anyOf)];
    case "all":
    case "any":
    case "none":
      return [condition.op, condition.of.map((part) => conditionJson(part, segmentsJson))];
  }
}

function matcherJson(tests: readonly Test[]): JsonValue {
  const [first] = tests;
  if (first?.op === "in" && tests.length === 1) return operatorOf(first).operandJson(first);
  return Object.fromEntries(tests.map((test) => [test.op, operatorOf(test).operandJson(test)]));
}
