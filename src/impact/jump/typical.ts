import { matcher } from "../../core/evaluate/matcher.ts";
import type { Truth } from "../../core/evaluate/truth.ts";
import type { MatchCondition, Scalar, Test } from "../../core/flag/condition.ts";
import { compileTests } from "../../core/matcher/operators.ts";
import type { AttributeTests } from "../../core/logic/samples.ts";
import { guessedValues } from "../values.ts";
import { type Declarations, valuesOf } from "./declarations.ts";

/**
 * Returns the outcome of a match for a typical value of an attribute without declared values: no list names it, and it
 * passes only those other tests that every value passes.
 */
export function typicalOutcome({ attribute, tests }: MatchCondition, declared: Declarations): Truth {
  if (tests.some(({ op }) => op === "in")) return false;
  const others = tests.filter(({ op }) => op !== "not");
  return others.every((test) => passesAll(test, attribute, declared));
}

/** Returns whether some values of an attribute without declared values pass the tests of a match, and others do not. */
export function isUnmeasured({ attribute, tests }: MatchCondition, declared: Declarations): boolean {
  if (valuesOf(declared, attribute).length > 0 || tests.some(({ op }) => op === "in")) return false;
  const others = tests.filter(({ op }) => op !== "not" && op !== "exists");
  return others.some((test) => !passesAll(test, attribute, declared));
}

/** Returns whether every value of the attribute's type passes a test. */
function passesAll(test: Test, attribute: string, declared: Declarations): boolean {
  const { some, every } = compileTests([test]);
  const values = presentValues({ attribute, tests: [test], ids: [] }, declared);
  return values.every((value) => [...some, ...every].every((passes) => passes(value) === true));
}

/** Returns values of the attribute's type: for each way in which the tests can turn out, one of them if it is known. */
function presentValues(asked: AttributeTests, declared: Declarations): readonly Scalar[] {
  const { named, others } = guessedValues(asked, declared.get(asked.attribute)?.type);
  return [...named, ...others];
}

/** One value for each attribute that declares none, except for attributes that are only tested for equality. */
export type Assignment = ReadonlyMap<string, Scalar>;

/** The maximum number of assignments that are tried for one flag. */
const MAX_ASSIGNMENTS = 64;

/**
 * Returns assignments of values that no list names, so that every way in which the tests of one attribute can turn out
 * occurs. The first one has the values that pass the fewest tests.
 *
 * @param asked    the tests of every attribute
 * @param matches  the matches of every attribute
 * @param limit    the maximum number of assignments; fewer of them count more people, never fewer
 * @returns        `isComplete` is false if there are more combinations than are tried
 */
export function assignmentsOf(
  asked: ReadonlyMap<string, AttributeTests>,
  matches: readonly MatchCondition[],
  declared: Declarations,
  limit: number,
): { readonly assignments: readonly Assignment[]; readonly isComplete: boolean } {
  const choices = [...asked.values()]
    .filter((each) => valuesOf(declared, each.attribute).length === 0 && !isOnlyListed(each, declared))
    .map((each) => [each.attribute, distinctValues(each, matches, declared)] as const)
    .filter(([, values]) => values.length > 0);
  const count = choices.reduce((product, [, values]) => product * values.length, 1);
  const most = Math.max(1, Math.min(MAX_ASSIGNMENTS, limit));
  const isComplete = count <= most;
  const assignments = Array.from({ length: Math.min(count, most) }, (_, number) => {
    // A stride that no number of values divides, so that the values of all attributes are mixed.
    let rest = isComplete ? number : (number * STRIDE) % count;
    return new Map(
      choices.map(([attribute, values]) => {
        const value = values[rest % values.length] ?? "";
        rest = Math.floor(rest / values.length);
        return [attribute, value];
      }),
    );
  });
  return { assignments, isComplete };
}

const STRIDE = 1_000_003;

/** Returns whether all values that no list names have the same, typical outcomes: nothing but equality is tested. */
function isOnlyListed({ attribute, tests }: AttributeTests, declared: Declarations): boolean {
  return (
    declared.get(attribute)?.type !== "boolean" &&
    tests.every(({ op }) => op === "in" || op === "not" || op === "exists")
  );
}

/** Returns one value for each combination of outcomes of the matches about an attribute, the fewest passed first. */
function distinctValues(
  asked: AttributeTests,
  matches: readonly MatchCondition[],
  declared: Declarations,
): readonly Scalar[] {
  const about = matches.filter(({ attribute }) => attribute === asked.attribute).map(matcher);
  const values = presentValues(asked, declared);
  const listed = new Set<Scalar>([
    ...asked.ids,
    ...asked.tests.flatMap((test) => (test.op === "in" || test.op === "not" ? test.values : [])),
  ]);
  // A boolean has no other values than those that conditions name.
  const unlisted = values.filter((value) => !listed.has(value) && !listed.has(String(value)));
  const considered = unlisted.length > 0 ? unlisted : values;
  const found = new Map<string, { readonly value: Scalar; readonly passed: number }>();
  for (const value of considered) {
    const outcomes = about.map((holds) => holds({ [asked.attribute]: value }));
    const passed = outcomes.filter((outcome) => outcome === true).length;
    found.set(outcomes.join(), { value, passed });
  }
  return [...found.values()].sort((a, b) => a.passed - b.passed).map(({ value }) => value);
}
