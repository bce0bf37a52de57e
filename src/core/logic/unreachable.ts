import { canNeverHold, holdsForEverybody } from "./check-logic.ts";
import type { Condition } from "../flag/condition.ts";
import { DEFAULT_BY, type Rollout, type Rule, type Serve } from "../flag/flag.ts";
import { impliesByForm } from "./by-form.ts";
import type { Formula } from "./formula.ts";
import { independentAttributes } from "./independent.ts";
import { type DeclaredValues, logicSpace, type Space } from "./space.ts";

/** A line of a flag that answers nobody, or nobody that it was meant for. What is said is certain. */
export interface UnreachableLine {
  /** From 0; null is the last line. */
  readonly rule: number | null;
  /**
   * `nobody`: its condition contradicts itself. `subject`: its condition leaves only those whom its share or split cannot
   * tell apart. `taken`: earlier rules take everybody whom it could match. `zero`: its share is 0 %. `shares`: earlier
   * shares take everybody whom it could match. `undeclared`: no declared value can match it, or none that earlier rules
   * leave.
   */
  readonly why: "nobody" | "subject" | "taken" | "zero" | "shares" | "undeclared";
  /** The earlier rules without which it would not be so, from 0. */
  readonly earlier: readonly number[];
  /** One of the earlier rules matches everybody. */
  readonly isForAll: boolean;
  /** Of `undeclared`: the attributes that it asks for and whose values are declared. */
  readonly attributes: readonly string[];
}

/** How many rules one rule is compared with; nobody writes more, and comparing all pairs must not stall a check. */
const MOST_COMPARED = 200;

/**
 * The rules of one list that can never answer. A rule with a share takes part as it stands for `shares` only: the share is
 * meant to change.
 *
 * @param declared  the values that attributes are declared with
 */
export function unreachableRules(rules: readonly Rule[], declared: DeclaredValues): readonly UnreachableLine[] {
  if (independentAttributes(rules, declared) !== undefined) return rules.flatMap(ruleOfZero);
  const anybody = spaceOf(rules);
  const declaredOnly = declared.size === 0 ? undefined : spaceOf(rules, declared);
  return rules.flatMap((rule, index): readonly UnreachableLine[] => {
    const found = (why: UnreachableLine["why"], earlier: readonly number[] = []) => {
      const attributes = why === "undeclared" ? [...declaredIn(rule.when, declared)] : [];
      return [{ rule: index, why, earlier, isForAll: isAnyForAll(rules, earlier), attributes }];
    };
    const who = [anybody.holds(rule.when)];
    const possible = anybody.isPossible(who);
    if (possible === false || (possible === "unknown" && canNeverHold(rule.when))) return found("nobody");
    const before = rules.slice(0, Math.min(index, MOST_COMPARED));
    const fixed = before.filter(({ portion }) => portion === null);
    const askers = [...who, anybody.hasSubject(rule.portion, rule.serve, true)];
    if (anybody.isPossible(askers) === false) return found("subject");
    const tried = takenFrom(askers, fixed, anybody);
    const taken = tried === "unknown" ? takenByForm(rule, fixed) : tried;
    if (taken !== undefined) return found("taken", indexesOf(taken, before));
    if (rule.portion?.share === 0) return found("zero");
    if (fixed.length < before.length) {
      const inShares = takenFrom([...askers, anybody.inShare(rule.portion, true)], before, anybody);
      if (inShares !== undefined && inShares !== "unknown") return found("shares", indexesOf(inShares, before));
    }
    if (declaredOnly === undefined || declaredIn(rule.when, declared).size === 0) return [];
    const left = takenFrom([declaredOnly.holds(rule.when)], fixed, declaredOnly);
    return left === undefined || left === "unknown" ? [] : found("undeclared", indexesOf(left, before));
  });
}

/** Why nobody gets to the last line behind these rules; undefined where somebody may, or where it takes nobody anyway. */
export function unreachableLast(rules: readonly Rule[], rollout: Rollout, serve: Serve): UnreachableLine | undefined {
  const portion = rollout.strategy === "percentage" ? rollout.portion : null;
  if (rules.length === 0 || rules.length > MOST_COMPARED || portion?.share === 0) return undefined;
  const attributes = independentAttributes(rules, new Map());
  if (attributes !== undefined && !askedByLast(rollout, serve).some((name) => attributes.has(name))) return undefined;
  const space = spaceOf(rules);
  const meant = [space.listed(rollout, true), space.hasSubject(portion, serve, true), space.inShare(portion, true)];
  const taken = takenFrom(meant, rules, space);
  if (taken === undefined || taken === "unknown") return undefined;
  const earlier = indexesOf(taken, rules);
  return { rule: null, why: "taken", earlier, isForAll: isAnyForAll(rules, earlier), attributes: [] };
}

function ruleOfZero({ portion }: Rule, index: number): readonly UnreachableLine[] {
  if (portion?.share !== 0) return [];
  return [{ rule: index, why: "zero", earlier: [], isForAll: false, attributes: [] }];
}

/** The attributes that a last line asks for. */
function askedByLast(rollout: Rollout, serve: Serve): readonly string[] {
  if (rollout.strategy === "role") return ["userRole"];
  if (rollout.strategy === "whitelist") return Object.keys(rollout.lists);
  if (rollout.strategy === "percentage") return [rollout.portion.by];
  return "split" in serve ? [DEFAULT_BY] : [];
}

/** Knows all of the rules before the first question, so that it is made ready once. */
function spaceOf(rules: readonly Rule[], declared?: DeclaredValues): Space {
  const space = logicSpace(declared);
  for (const rule of rules) {
    space.holds(rule.when);
    space.hasSubject(rule.portion, rule.serve, true);
  }
  return space;
}

function indexesOf(some: readonly Rule[], rules: readonly Rule[]): readonly number[] {
  return some.map((rule) => rules.indexOf(rule));
}

function isAnyForAll(rules: readonly Rule[], indexes: readonly number[]): boolean {
  return rules.some(({ when }, index) => indexes.includes(index) && holdsForEverybody(when));
}

/** The rules that together take everybody who is meant, as few as suffice; undefined where somebody is left. */
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

/** That a rule does not take somebody: its condition is not true, there is no subject for it, or the bucket is outside. */
function passedOnBy({ when, portion, serve }: Rule, space: Space): Formula {
  if (portion?.share === 0) return { op: "all", of: [] };
  const isSure = portion === null && "variant" in serve;
  const lacks = isSure ? [] : [space.hasSubject(portion, serve, false), space.inShare(portion, false)];
  return { op: "any", of: [space.holdsNot(when), ...lacks] };
}

/** Where too much would have to be tried: by how the conditions are written. */
function takenByForm({ when }: Rule, before: readonly Rule[]): readonly Rule[] | undefined {
  const taker = before.find((other) => "variant" in other.serve && impliesByForm(when, other.when));
  return taker && [taker];
}

function declaredIn(condition: Condition, declared: DeclaredValues): ReadonlySet<string> {
  if (declared.size === 0) return new Set();
  if (condition.op === "match") return new Set(declared.has(condition.attribute) ? [condition.attribute] : []);
  const parts = condition.op === "segment" ? condition.anyOf.map(({ when }) => when) : condition.of;
  return new Set(parts.flatMap((part) => [...declaredIn(part, declared)]));
}
