import { isJsonObject, listOf, type JsonObject, type JsonValue } from "../../core/json.ts";
import { countText } from "../../core/text.ts";
import { LIMITS } from "../shape/limits.ts";
import { operandOf } from "../shape/operators.ts";
import type { Problem } from "./parsed-file.ts";

/** The size of a condition once the segments that it names are written out in it. */
export interface ConditionSize {
  /** Condition checks: comparisons of attributes, segments, and the groups `any`, `all` and `none`, each counted as often as it occurs. */
  readonly tests: number;
  /** The values that the comparisons list. */
  readonly items: number;
  /** The levels of nested conditions; 1 for a condition without groups and segments. */
  readonly nesting: number;
}

/** The characters of a value that count as one item, so that a few long values cannot fill a database. */
const ITEM_LENGTH = 100;
/** The characters of a version range that count as one condition check: about as many as one comparison has. */
const COMPARISON_LENGTH = 10;

/**
 * Measures a condition without writing its segments out: if each segment names two others, the written-out size doubles
 * with every level.
 */
export function sizeOf(
  condition: JsonObject,
  sizeOfSegment: (name: string) => ConditionSize | undefined,
): ConditionSize {
  let [tests, items, nesting] = [0, 0, 0];
  const add = (size: ConditionSize | undefined): void => {
    tests += size?.tests ?? 0;
    items += size?.items ?? 0;
    nesting = Math.max(nesting, size?.nesting ?? 0);
  };
  for (const [key, value] of Object.entries(condition)) {
    if (key === "segment") {
      for (const name of listOf(value)) {
        tests += 1;
        add(typeof name === "string" ? sizeOfSegment(name) : undefined);
      }
    } else if (key === "any" || key === "all" || key === "none") {
      tests += 1;
      for (const part of listOf(value)) if (isJsonObject(part)) add(sizeOf(part, sizeOfSegment));
    } else add(sizeOfMatcher(value));
  }
  return { tests, items, nesting: nesting + 1 };
}

function sizeOfMatcher(matcher: JsonValue): ConditionSize {
  if (!isJsonObject(matcher)) return { tests: 1, items: itemsIn(matcher), nesting: 0 };
  let [tests, items] = [0, 0];
  for (const [operator, operand] of Object.entries(matcher)) {
    const isRange = operandOf(operator) === "range" && typeof operand === "string";
    tests += isRange ? Math.ceil(operand.length / COMPARISON_LENGTH) : 1;
    items += itemsIn(operand);
  }
  return { tests, items, nesting: 0 };
}

/** Counts one value, or the values of a list; a long text counts as several. */
export function itemsIn(value: JsonValue): number {
  return listOf(value).reduce<number>((sum, item) => {
    return sum + (typeof item === "string" ? Math.max(1, Math.ceil(item.length / ITEM_LENGTH)) : 1);
  }, 0);
}

/** Returns why a condition is nested too deeply; undefined if it is not. @param owner  e.g. `rule "beta"` */
export function nestingProblem(owner: string, { nesting }: Pick<ConditionSize, "nesting">): Problem | undefined {
  if (nesting <= LIMITS.nesting) return undefined;
  const message = `${owner} is nested ${countText(nesting)} levels deep with its segments written out; at most ${LIMITS.nesting} are allowed`;
  return { code: "nested-too-deep", message, hint: "name fewer segments inside the segments that it names" };
}

/** Returns why condition checks or values are too many; undefined if they are not. @param owner  e.g. `rule "beta"` */
export function sizeProblem(
  owner: string,
  { tests, items }: Pick<ConditionSize, "tests" | "items">,
  hint: string,
): Problem | undefined {
  const [code, found, most, what] =
    tests > LIMITS.tests
      ? (["too-many-tests", tests, LIMITS.tests, "condition checks"] as const)
      : (["too-many-items", items, LIMITS.items, "listed values"] as const);
  if (found <= most) return undefined;
  const message = `${owner} has ${countText(found)} ${what} with its segments written out; at most ${countText(most)} are allowed`;
  return { code, message, hint };
}
