/** A value that a condition compares with. */
export type Scalar = string | number | boolean;

/**
 * A condition on the attributes of a context, as a tree. It is true, false or unknown (an attribute is missing or has a
 * different type), in Kleene's logic. It matches only if it is true.
 */
export type Condition =
  /** All parts must hold. An empty list holds for everyone. */
  | { readonly op: "all"; readonly of: readonly Condition[] }
  | { readonly op: "any"; readonly of: readonly Condition[] }
  | { readonly op: "none"; readonly of: readonly Condition[] }
  /** The context belongs to at least one of these segments, whose conditions are written out. */
  | { readonly op: "segment"; readonly anyOf: readonly NamedCondition[] }
  | { readonly op: "match"; readonly attribute: string; readonly tests: readonly Test[] };

/** A segment: its name and its condition. */
export interface NamedCondition {
  readonly name: string;
  readonly when: Condition;
}

/**
 * One test of one attribute. All tests of a match must hold. In a list-valued attribute, one element must pass all of
 * them together, except `not`, which every element must pass, and `exists`, which tests the attribute itself.
 */
export type Test =
  | { readonly op: "in"; readonly values: readonly Scalar[] }
  | { readonly op: "not"; readonly values: readonly Scalar[] }
  | { readonly op: "contains" | "startsWith" | "endsWith"; readonly values: readonly string[] }
  | { readonly op: "gt" | "gte" | "lt" | "lte"; readonly value: number }
  /** ISO 8601: a date (`2027-03-01`, midnight UTC) or a date-time with an offset. */
  | { readonly op: "before" | "after"; readonly value: string }
  /** An npm range, e.g. `>=5.5 <7`. */
  | { readonly op: "semver"; readonly range: string }
  | { readonly op: "exists"; readonly value: boolean };

/** A condition on one attribute. */
export type MatchCondition = Extract<Condition, { op: "match" }>;

/** Returns the direct parts of a condition: the conditions of its list or of its segments. */
export function partsOf(condition: Condition): readonly Condition[] {
  if (condition.op === "match") return [];
  return condition.op === "segment" ? condition.anyOf.map(({ when }) => when) : condition.of;
}

/** Returns every match of a condition in reading order, including those inside segments. */
export function matchesIn(condition: Condition): readonly MatchCondition[] {
  return condition.op === "match" ? [condition] : partsOf(condition).flatMap(matchesIn);
}

/** Returns every segment that a condition names in reading order, including those inside other segments. */
export function segmentsIn(condition: Condition): readonly NamedCondition[] {
  if (condition.op !== "segment") return partsOf(condition).flatMap(segmentsIn);
  return condition.anyOf.flatMap((segment) => [segment, ...segmentsIn(segment.when)]);
}
