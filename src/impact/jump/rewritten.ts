import { type Condition, type MatchCondition, partsOf } from "../../core/flag/condition.ts";
import type { Flag, Rollout } from "../../core/flag/flag.ts";
import { audienceOf } from "../../core/flag/serving-rules.ts";
import type { Truth } from "../../core/evaluate/truth.ts";

/** Returns the outcome of the tests of a match, apart from `exists`, for everyone who has the attribute. */
export type OutcomeOf = (match: MatchCondition) => Truth;

/** An attribute that no context has: a match on it is always unknown. */
const ABSENT = "";

/**
 * Rewrites the conditions of a flag so that attributes without declared values are only tested for presence. Lists of
 * values of such attributes include nobody.
 *
 * @param isDeclared  returns whether all values of an attribute are declared
 * @param outcomeOf   decides the tests of all other attributes
 */
export function rewritten(flag: Flag, isDeclared: (attribute: string) => boolean, outcomeOf: OutcomeOf): Flag {
  const rewrite = (condition: Condition): Condition => {
    if (condition.op === "match") {
      return isDeclared(condition.attribute) ? condition : presenceOnly(condition, outcomeOf);
    }
    return { op: condition.op === "segment" ? "any" : condition.op, of: partsOf(condition).map(rewrite) };
  };
  return {
    ...flag,
    rules: flag.rules.map((rule) => ({ ...rule, when: rewrite(rule.when) })),
    rollout: withoutLists(flag.rollout, isDeclared),
  };
}

function presenceOnly(match: MatchCondition, outcomeOf: OutcomeOf): Condition {
  const { attribute, tests } = match;
  const presence = tests.filter(({ op }) => op === "exists");
  const others = tests.filter(({ op }) => op !== "exists");
  if (others.length === 0) return match;
  // Without tests, a match is true if the attribute is present, and unknown if it is missing.
  const present: Condition = { op: "match", attribute, tests: [] };
  const outcome = outcomeOf({ ...match, tests: others });
  const decided: Condition =
    outcome === "unknown"
      ? { op: "match", attribute: ABSENT, tests: [] }
      : outcome
        ? present
        : { op: "none", of: [present] };
  if (presence.length === 0) return decided;
  return { op: "all", of: [{ op: "match", attribute, tests: presence }, decided] };
}

function withoutLists(rollout: Rollout, isDeclared: (attribute: string) => boolean): Rollout {
  const who = audienceOf(rollout);
  if (who.kind !== "lists") return rollout;
  const lists = Object.entries(who.lists).filter(([attribute]) => isDeclared(attribute));
  return { strategy: "whitelist", lists: Object.fromEntries(lists) };
}
