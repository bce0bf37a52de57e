import type { Condition, Test } from "../flag/condition.ts";
import type { Rule } from "../flag/flag.ts";
import type { DeclaredValues } from "./space.ts";

/** One version or a limit, which that version itself meets: nobody has to look for one. */
const PLAIN_RANGE = /^(?:[\^~]|>=|<=)?\d+(?:\.\d+){0,2}$/;

/**
 * The attributes of rules that have nothing to do with each other: each attribute is asked once, by one test that somebody
 * meets, and nothing is negated. Then each rule can be met, and by somebody of whom nothing else is known, whom no other
 * rule matches: nearly all rules are of this kind, and need no further look.
 *
 * @returns undefined where it is not as plain as that
 */
export function independentAttributes(
  rules: readonly Rule[],
  declared: DeclaredValues,
): ReadonlySet<string> | undefined {
  const asked = new Set<string>();
  const isPlain = (condition: Condition): boolean => {
    switch (condition.op) {
      case "all":
      case "any":
        return condition.of.length > 0 && condition.of.every(isPlain);
      case "segment":
        return condition.anyOf.length > 0 && condition.anyOf.every(({ when }) => isPlain(when));
      case "none":
        return false;
      case "match": {
        const { attribute, tests } = condition;
        if (asked.has(attribute) || tests.length !== 1) return false;
        asked.add(attribute);
        return tests.every((test) => canBeMet(test, attribute, declared));
      }
    }
  };
  if (!rules.every(({ when }) => isPlain(when))) return undefined;
  const bys = rules.flatMap(({ portion, serve }) => portion?.by ?? ("split" in serve ? "userId" : []));
  return bys.some((by) => asked.has(by)) ? undefined : asked;
}

function canBeMet(test: Test, attribute: string, declared: DeclaredValues): boolean {
  switch (test.op) {
    case "in":
      // Any listed value is declared, or an error elsewhere.
      return test.values.some((value) => attribute !== "userId" || (typeof value === "string" && value !== ""));
    case "contains":
    case "startsWith":
    case "endsWith":
      return test.values.length > 0 && !declared.has(attribute);
    case "not":
      return test.values.some((value) => typeof value === "string") && !declared.has(attribute);
    case "semver":
      return PLAIN_RANGE.test(test.range) && attribute !== "userId" && !declared.has(attribute);
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return Math.abs(test.value) < Number.MAX_SAFE_INTEGER && attribute !== "userId" && !declared.has(attribute);
    case "before":
    case "after":
    case "exists":
      return false;
  }
}
