import { type Condition, matchesIn, partsOf } from "../flag/condition.ts";
import { DEFAULT_BY, type Flag, type Rule } from "../flag/flag.ts";
import { defaultRollout, type ServingRule, subjectAttribute } from "../flag/serving-rules.ts";
import { operatorOf } from "../matcher/operators.ts";
import { impliesByForm } from "./by-form.ts";
import { type Budget, withShare } from "../work.ts";
import { canNeverHold, holdsForEveryone } from "./check-logic.ts";
import { within } from "./effort.ts";
import { ALWAYS, type Formula } from "./formula.ts";
import { type DeclaredValues, logicSpace, type Space, audience } from "./space.ts";

/**
 * A rule or a default rollout that never serves anyone, or none of the people it is meant for. Reported only if
 * certain.
 */
export interface UnreachableRule {
  /** From 0; null for the default rollout. */
  readonly rule: number | null;
  /**
   * `nobody`: its condition contradicts itself. `subject`: everyone who meets its condition lacks the subject that its
   * share or split needs. `taken`: earlier rules serve everyone whom it could match. `zero`: its share is 0 %. `shares`:
   * earlier shares serve everyone whom it could match. `undeclared`: no declared value can match it, or none that earlier
   * rules leave.
   */
  readonly why: "nobody" | "subject" | "taken" | "zero" | "shares" | "undeclared";
  /** The indexes, from 0, of the earlier rules that are the reason. */
  readonly earlier: readonly number[];
  /** Whether one of the earlier rules matches everyone. */
  readonly isForAll: boolean;
  /** For `undeclared`: the attributes in its condition whose values are declared. */
  readonly attributes: readonly string[];
}

/** The maximum number of rules to compare one rule with, so that comparing all pairs cannot stall a check. */
const MAX_COMPARED = 200;

/** The maximum number of steps for one list, so that one flag does not use up what all others need. */
const MOST_STEPS = 1_000_000;

/** The rules of one list that can never decide an answer. */
export interface Reachability {
  readonly unreachable: readonly UnreachableRule[];
  /** Whether every rule was checked. False if the budget of the run did not suffice. */
  readonly isComplete: boolean;
}

/**
 * Finds the rules of one list that can never decide an answer. Shares of earlier rules are considered only for the
 * reason `shares`, because shares are meant to change.
 *
 * @param declared  the declared values of attributes
 * @param run       the budget of the run
 */
export function unreachableRules(rules: readonly Rule[], declared: DeclaredValues, run: Budget): Reachability {
  if (independentAttributes(rules, declared) !== undefined) {
    return { unreachable: rules.flatMap(ruleOfZero), isComplete: true };
  }
  return withShare(run, MOST_STEPS, (budget) => reachabilityOf(rules, declared, budget));
}

function reachabilityOf(rules: readonly Rule[], declared: DeclaredValues, budget: Budget): Reachability {
  const unreachable: UnreachableRule[] = [];
  const search = () => {
    const spaces = {
      anyone: spaceOf(rules, budget),
      declaredOnly: declared.size === 0 ? undefined : spaceOf(rules, budget, declared),
    };
    for (const index of rules.keys())
      unreachable.push(...unreachableRule(index, rules, { ...spaces, declared, budget }));
    return true;
  };
  const isFinished = within(Infinity, budget, search, false);
  return { unreachable, isComplete: isFinished && budget.left >= 0 };
}

/** What the rules of one list are checked with. */
interface Known {
  readonly anyone: Space;
  /** Undefined where no attribute declares its values. */
  readonly declaredOnly: Space | undefined;
  readonly declared: DeclaredValues;
  readonly budget: Budget;
}

/** Returns why one rule of a list can never decide an answer; an empty list if it can, or if that is not certain. */
function unreachableRule(
  index: number,
  rules: readonly Rule[],
  { anyone, declaredOnly, declared, budget }: Known,
): readonly UnreachableRule[] {
  const rule = rules[index];
  if (rule === undefined) return [];
  const found = (why: UnreachableRule["why"], earlier: readonly number[] = []) => {
    const attributes = why === "undeclared" ? [...declaredIn(rule.when, declared)] : [];
    return [{ rule: index, why, earlier, isForAll: isAnyForAll(rules, earlier, budget), attributes }];
  };
  const who = [anyone.inAudience(audience(rule.when), true)];
  const possible = anyone.isPossible(who);
  if (possible === false || (possible === "unknown" && canNeverHold(rule.when, budget))) return found("nobody");
  const before = rules.slice(0, Math.min(index, MAX_COMPARED));
  const fixed = before.filter(({ portion }) => portion === null);
  const matching = [...who, anyone.hasSubject(rule, true)];
  if (anyone.isPossible(matching) === false) return found("subject");
  const tried = takenFrom(matching, fixed, anyone);
  const taken = tried === "unknown" ? takenByForm(rule, fixed, budget) : tried;
  if (taken !== undefined) return found("taken", indexesOf(taken, before));
  if (rule.portion?.share === 0) return found("zero");
  if (fixed.length < before.length) {
    const inShares = takenFrom([...matching, anyone.inShare(rule, true)], before, anyone);
    if (inShares !== undefined && inShares !== "unknown") return found("shares", indexesOf(inShares, before));
  }
  if (declaredOnly === undefined || declaredIn(rule.when, declared).size === 0) return [];
  const left = takenFrom([declaredOnly.inAudience(audience(rule.when), true)], fixed, declaredOnly);
  return left === undefined || left === "unknown" ? [] : found("undeclared", indexesOf(left, before));
}

/**
 * Returns why nobody reaches the default rollout; undefined if a context may reach it, if it serves nobody anyway, or if
 * the budget is used up.
 */
export function unreachableRollout(
  { rules, rollout, serve }: Pick<Flag, "rules" | "rollout" | "serve">,
  budget: Budget,
): UnreachableRule | undefined {
  const last = defaultRollout({ rollout, serve });
  if (rules.length === 0 || rules.length > MAX_COMPARED || last.portion?.share === 0) return undefined;
  const attributes = independentAttributes(rules, new Map());
  if (attributes !== undefined && !attributesOf(last).some((name) => attributes.has(name))) return undefined;
  const search = (): UnreachableRule | undefined => {
    const space = spaceOf(rules, budget);
    const meant = [space.inAudience(last.who, true), space.hasSubject(last, true), space.inShare(last, true)];
    const taken = takenFrom(meant, rules, space);
    if (taken === undefined || taken === "unknown") return undefined;
    const earlier = indexesOf(taken, rules);
    return { rule: null, why: "taken", earlier, isForAll: isAnyForAll(rules, earlier, budget), attributes: [] };
  };
  return within(Infinity, budget, search, undefined);
}

/**
 * Returns the attributes of rules that are independent of each other: each attribute occurs in one test that some value
 * passes, and nothing is negated. A context with only that attribute then meets its rule and no other. Nearly all rules
 * are of this kind and need no further check.
 *
 * @returns undefined for all other rules
 */
function independentAttributes(rules: readonly Rule[], declared: DeclaredValues): ReadonlySet<string> | undefined {
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

function ruleOfZero({ portion }: Rule, index: number): readonly UnreachableRule[] {
  if (portion?.share !== 0) return [];
  return [{ rule: index, why: "zero", earlier: [], isForAll: false, attributes: [] }];
}

/** Returns the attributes that a default rollout reads. */
function attributesOf(last: ServingRule): readonly string[] {
  if (last.who.kind === "lists") return Object.keys(last.who.lists);
  return [subjectAttribute(last)].filter((by) => by !== null);
}

/** Creates a space with all rules before the first question, so that it is prepared once. */
function spaceOf(rules: readonly Rule[], budget: Budget, declared?: DeclaredValues): Space {
  const space = logicSpace(budget, declared);
  for (const rule of rules) {
    space.inAudience(audience(rule.when), true);
    space.hasSubject(rule, true);
  }
  return space;
}

function indexesOf(some: readonly Rule[], rules: readonly Rule[]): readonly number[] {
  return some.map((rule) => rules.indexOf(rule));
}

function isAnyForAll(rules: readonly Rule[], indexes: readonly number[], budget: Budget): boolean {
  return rules.some(({ when }, index) => indexes.includes(index) && holdsForEveryone(when, budget));
}

/**
 * Returns the smallest set of rules that together serve the whole audience; undefined if they do not serve all of it.
 */
function takenFrom(
  meant: readonly Formula[],
  before: readonly Rule[],
  space: Space,
): readonly Rule[] | "unknown" | undefined {
  const passedOn = new Map(before.map((rule) => [rule, passedOnBy(rule, space)]));
  const isLeftBy = (some: readonly Rule[]) =>
    space.isPossible([...meant, ...some.flatMap((rule) => passedOn.get(rule) ?? [])]);
  const isTakenBy = (some: readonly Rule[]) => isLeftBy(some) === false;
  const isLeft = isLeftBy(before);
  if (isLeft !== false) return isLeft === "unknown" ? isLeft : undefined;
  const single = before.find((rule) => isTakenBy([rule]));
  if (single !== undefined) return [single];
  return before.reduce((needed, rule) => {
    const others = needed.filter((each) => each !== rule);
    return isTakenBy(others) ? others : needed;
  }, before);
}

/**
 * Returns the formula stating that a rule does not serve a context: its condition is not true, there is no subject, or
 * the bucket is outside the share.
 */
function passedOnBy(rule: Rule, space: Space): Formula {
  if (rule.portion?.share === 0) return ALWAYS;
  const lacks = subjectAttribute(rule) === null ? [] : [space.hasSubject(rule, false), space.inShare(rule, false)];
  return { op: "any", of: [space.inAudience(audience(rule.when), false), ...lacks] };
}

/** Decides by the form of the conditions, for rules for which a full search would take too long. */
function takenByForm({ when }: Rule, before: readonly Rule[], budget: Budget): readonly Rule[] | undefined {
  const taker = before.find((other) => "variant" in other.serve && impliesByForm(when, other.when, budget));
  return taker && [taker];
}

function declaredIn(condition: Condition, declared: DeclaredValues): ReadonlySet<string> {
  if (declared.size === 0) return new Set();
  return new Set(matchesIn(condition).flatMap(({ attribute }) => (declared.has(attribute) ? [attribute] : [])));
}
