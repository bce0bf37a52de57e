import type { Condition, Scalar, Test } from "../flag/condition.ts";
import { momentOf } from "../evaluate/moment.ts";

/** How many steps one question may take: above it the answer is "not certain", so that no file can stall a check. */
const BUDGET = 50_000;

interface Effort {
  left: number;
}

type Match = Extract<Condition, { op: "match" }>;

// What can be told from how conditions are written, in one pass over them: less than `space.ts` finds out, and soon done
// where that one gives up because too much would have to be tried.

/** True when it is certain that whoever meets `a` meets `b` too. False: not certain. */
export function impliesByForm(a: Condition, b: Condition): boolean {
  return sameText(a, b, { left: BUDGET }) || impliesWithin(a, b, { left: BUDGET });
}

/** True when it is certain that nobody can meet the condition. False: not certain. */
export function neverHoldsByForm(condition: Condition): boolean {
  return neverWithin(condition, { left: BUDGET });
}

/** True when it is certain that everybody meets the condition: it asks whether an attribute exists or does not. */
export function holdsForAllByForm(condition: Condition): boolean {
  if (condition.op === "all") return condition.of.every(holdsForAllByForm);
  if (condition.op === "segment") return condition.anyOf.some(({ when }) => holdsForAllByForm(when));
  if (condition.op !== "any") return false;
  const asked = (value: boolean) =>
    condition.of.flatMap((part) => (asksOnlyExistence(part, value) ? [part.attribute] : []));
  const absent = new Set(asked(false));
  return asked(true).some((attribute) => absent.has(attribute)) || condition.of.some(holdsForAllByForm);
}

function asksOnlyExistence(condition: Condition, value: boolean): condition is Match {
  const [test] = condition.op === "match" && condition.tests.length === 1 ? condition.tests : [];
  return test?.op === "exists" && test.value === value;
}

function impliesWithin(a: Condition, b: Condition, effort: Effort): boolean {
  if (effort.left-- <= 0) return false;
  const whole = (part: Condition) => impliesWithin(a, part, effort);
  const each = (part: Condition) => impliesWithin(part, b, effort);
  if (b.op === "all") return b.of.every(whole);
  const options = optionsOf(a);
  if (options !== undefined) return options.length > 0 && options.every(each);
  if (optionsOf(b)?.some(whole)) return true;
  if (a.op === "all") return a.of.some(each);
  if (a.op === "none") return b.op === "none" && sameText(a, b, effort);
  return a.op === "match" && b.op === "match" && a.attribute === b.attribute && testsImply(a.tests, b.tests, effort);
}

function optionsOf(condition: Condition): readonly Condition[] | undefined {
  if (condition.op === "any") return condition.of;
  return condition.op === "segment" ? condition.anyOf.map(({ when }) => when) : undefined;
}

function sameText(a: Condition, b: Condition, effort: Effort): boolean {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  effort.left -= left.length / 20;
  return left === right;
}

/** One element of a list has to pass all tests of a match, so every test of `b` needs one of `a` that is as strict. */
function testsImply(a: readonly Test[], b: readonly Test[], effort: Effort): boolean {
  const asksAbsence = a.some((test) => test.op === "exists" && !test.value);
  return b.every((weaker) => {
    if (weaker.op === "exists" && weaker.value) return !asksAbsence;
    return a.some((stricter) => testImplies(stricter, weaker, effort));
  });
}

function testImplies(a: Test, b: Test, effort: Effort): boolean {
  if ("values" in a && "values" in b) {
    effort.left -= (a.values.length + b.values.length) / 20;
    if (a.op !== b.op) return false;
    const [more, fewer] = a.op === "not" ? [a, b] : [b, a];
    // A value of a type that no listed value has is unknown to `not`, so the shorter list must know every type too.
    if (a.op === "not" && !a.values.every((value) => b.values.some((other) => typeof other === typeof value)))
      return false;
    const allowed: ReadonlySet<Scalar> = new Set(more.values);
    return fewer.values.every((value) => allowed.has(value));
  }
  if (isBound(a) && isBound(b)) return boundImplies(a, b);
  return JSON.stringify(a) === JSON.stringify(b);
}

type Bound = Extract<Test, { op: "gt" | "gte" | "lt" | "lte" }>;

function isBound(test: Test): test is Bound {
  return test.op === "gt" || test.op === "gte" || test.op === "lt" || test.op === "lte";
}

function boundImplies(a: Bound, b: Bound): boolean {
  if (a.op.startsWith("g") !== b.op.startsWith("g")) return false;
  const isStricter = a.op.startsWith("g") ? a.value > b.value : a.value < b.value;
  return isStricter || (a.value === b.value && (a.op === b.op || b.op.endsWith("e")));
}

function neverWithin(condition: Condition, effort: Effort): boolean {
  if (effort.left-- <= 0) return false;
  switch (condition.op) {
    case "match":
      return testsExclude(condition.tests, effort);
    case "any":
      return condition.of.every((part) => neverWithin(part, effort));
    case "segment":
      return condition.anyOf.every(({ when }) => neverWithin(when, effort));
    case "none":
      return condition.of.some(holdsForAllByForm);
    case "all":
      return partsExclude(conjuncts(condition), effort);
  }
}

function conjuncts(condition: Condition): readonly Condition[] {
  return condition.op === "all" ? condition.of.flatMap(conjuncts) : [condition];
}

function partsExclude(parts: readonly Condition[], effort: Effort): boolean {
  if (parts.some((part) => neverWithin(part, effort))) return true;
  const absent = new Set(parts.flatMap((part) => (asksOnlyExistence(part, false) ? [part.attribute] : [])));
  if (parts.some((part) => part.op === "match" && absent.has(part.attribute) && !asksOnlyExistence(part, false)))
    return true;
  const excluded = parts.flatMap((part) => (part.op === "none" ? part.of : []));
  return parts.some((part) => part.op !== "none" && excluded.some((other) => impliesWithin(part, other, effort)));
}

function testsExclude(tests: readonly Test[], effort: Effort): boolean {
  const absences = tests.filter((test) => test.op === "exists" && !test.value);
  if (absences.length > 0 && absences.length < tests.length) return true;
  const bounds = tests.filter(isBound);
  if (bounds.some((low) => bounds.some((high) => boundsExclude(low, high)))) return true;
  const after = momentIn(tests, "after");
  const before = momentIn(tests, "before");
  if (after !== undefined && before !== undefined && after >= before) return true;
  const wanted = tests.find((test) => test.op === "in");
  if (wanted === undefined) return false;
  effort.left -= wanted.values.length / 20;
  const others = tests.filter((test) => test !== wanted);
  return (
    others.length > 0 &&
    wanted.values.every((value) => others.some((test) => test.op === "not" && test.values.includes(value)))
  );
}

function momentIn(tests: readonly Test[], op: "before" | "after"): number | undefined {
  for (const test of tests) if (test.op === op) return momentOf(test.value);
  return undefined;
}

function boundsExclude(low: Bound, high: Bound): boolean {
  if (!low.op.startsWith("g") || !high.op.startsWith("l")) return false;
  return low.value > high.value || (low.value === high.value && !(low.op === "gte" && high.op === "lte"));
}
