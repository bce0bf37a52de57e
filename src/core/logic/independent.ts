import { type Condition, partsOf } from "../flag/condition.ts";
import { DEFAULT_BY, type Rule } from "../flag/flag.ts";
import { subjectAttribute } from "../flag/serving-rules.ts";
import { operatorOf } from "../matcher/operators.ts";
import type { DeclaredValues } from "./space.ts";

/**
 * Returns the attributes of rules that have nothing to do with each other: each attribute is asked once, by one test that
 * some value passes, and nothing is negated. Then each rule can be met by a context without further attributes, which no
 * other rule matches. Nearly all rules are of this kind, and need no further look.
 *
 * @returns undefined where the rules are not as plain as that
 */
export function independentAttributes(
  rules: readonly Rule[],
  declared: DeclaredValues,
): ReadonlySet<string> | undefined {
  const seen = new Set<string>();
  const isPlain = (condition: Condition): boolean => {
    if (condition.op === "none") return false;
    if (condition.op !== "match") return partsOf(condition).length > 0 && partsOf(condition).every(isPlain);
    const { attribute, tests } = condition;
    if (seen.has(attribute) || tests.length !== 1) return false;
    seen.add(attribute);
    const about = { isUserId: attribute === DEFAULT_BY, isDeclared: declared.has(attribute) };
    return tests.every((test) => operatorOf(test).canPass(test, about));
  };
  if (!rules.every(({ when }) => isPlain(when))) return undefined;
  const subjects = rules.flatMap((rule) => subjectAttribute(rule) ?? []);
  return subjects.some((by) => seen.has(by)) ? undefined : seen;
}
