import { attributeOf } from "../flag/attribute.ts";
import type { Condition, Test } from "../flag/condition.ts";
import { operatorOf } from "../matcher/operators.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { and, not, or, type Truth } from "./truth.ts";

/** The outcome of a condition, part by part. Omits parts that did not have to be evaluated. */
export type ConditionTrace =
  | { readonly op: "all" | "any" | "none"; readonly outcome: Truth; readonly parts: readonly ConditionTrace[] }
  | {
      readonly op: "segment";
      readonly name: string;
      readonly outcome: Truth;
      readonly parts: readonly ConditionTrace[];
    }
  | MatchTrace;

/** The outcome of all tests of one attribute. */
export interface MatchTrace {
  readonly op: "match";
  readonly attribute: string;
  readonly tests: readonly Test[];
  readonly outcome: Truth;
  /**
   * Why the outcome is unknown: the attribute is missing, or a test needs a different type. Null if the outcome is
   * known.
   */
  readonly unknownBecause: "missing" | "type" | null;
  /** The attribute's value as shown to the reader, at most 80 characters; null when it is missing. */
  readonly found: string | null;
}

/** Evaluates a condition by interpreting it step by step. The closures of `matcher` must give the same outcome. */
export function traceCondition(condition: Condition, context: EvaluationContext): ConditionTrace {
  if (condition.op === "match") return traceMatch(condition.attribute, condition.tests, context);
  const stop = condition.op !== "all";
  const parts: ConditionTrace[] = [];
  let outcome: Truth = !stop;
  for (const part of partsOf(condition, context)) {
    const trace = part();
    parts.push(trace);
    outcome = stop ? or(outcome, trace.outcome) : and(outcome, trace.outcome);
    if (outcome === stop) break;
  }
  if (condition.op === "segment") return { op: "any", outcome, parts };
  return { op: condition.op, outcome: condition.op === "none" ? not(outcome) : outcome, parts };
}

function partsOf(
  condition: Exclude<Condition, { op: "match" }>,
  context: EvaluationContext,
): readonly (() => ConditionTrace)[] {
  if (condition.op !== "segment") return condition.of.map((part) => () => traceCondition(part, context));
  return condition.anyOf.map(({ name, when }) => () => {
    const trace = traceCondition(when, context);
    return { op: "segment", name, outcome: trace.outcome, parts: [trace] };
  });
}

function traceMatch(attribute: string, tests: readonly Test[], context: EvaluationContext): MatchTrace {
  const value = attributeOf(context, attribute);
  const outcome = matchOutcome(tests, value);
  const reason = value === undefined ? "missing" : "type";
  return {
    op: "match",
    attribute,
    tests,
    outcome,
    unknownBecause: outcome === "unknown" ? reason : null,
    found: value === undefined ? null : shown(value),
  };
}

function matchOutcome(tests: readonly Test[], value: unknown): Truth {
  const presence = tests.map((test): Truth => test.op !== "exists" || test.value === (value !== undefined));
  const positive = tests.filter((test) => operatorOf(test).onLists === "some");
  const negative = tests.filter((test) => operatorOf(test).onLists === "every");
  const ofElement = (group: readonly Test[]) => (element: unknown) =>
    group.map((test) => operatorOf(test).interpret(test, element)).reduce(and, true);
  const exists = presence.reduce(and, true);
  if (tests.every(({ op }) => op === "exists")) return tests.length === 0 && value === undefined ? "unknown" : exists;
  if (value === undefined) return and(exists, "unknown");
  if (!Array.isArray(value)) return and(exists, ofElement([...positive, ...negative])(value));
  const elements: unknown[] = Array.from({ length: value.length }, (_, index): unknown => value[index]);
  const found = positive.length === 0 ? true : elements.map(ofElement(positive)).reduce(or, false);
  return [exists, found, ...elements.map(ofElement(negative))].reduce(and, true);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value.length > 80 ? `${value.slice(0, 79)}…` : value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return "a date";
  return Array.isArray(value) ? `a list of ${value.length}` : `of type ${typeof value}`;
}
