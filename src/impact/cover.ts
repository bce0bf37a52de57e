import type { Condition, Test } from "../core/flag/condition.ts";
import { type Flag, type Portion, type Rollout, type VariantName, WHOLE } from "../core/flag/flag.ts";
import { sameJson } from "../core/json.ts";

/**
 * Whether everybody who is answered with something by one version surely is answered with the same by the other, seen from
 * the text alone. Only told of flags whose lines all serve one and the same variant, for whom the order of lines means
 * nothing: nearly all of boolean ones.
 */
export function covers(wider: Flag, narrower: Flag): boolean {
  if (wider.offVariant !== narrower.offVariant || !sameJson(wider.variants, narrower.variants)) return false;
  const [lines, covered] = [linesOf(wider), linesOf(narrower)];
  if (covered.lines.length === 0) return true;
  if (lines.variant === undefined || lines.variant !== covered.variant) return false;
  if (lines.variant === wider.offVariant) return false;
  const asksLess = wider.requires.every(({ flag, variants }) =>
    narrower.requires.some((other) => other.flag === flag && other.variants.every((name) => variants.includes(name))),
  );
  const isOneDeal = wider.salt === narrower.salt;
  return asksLess && covered.lines.every((line) => lines.lines.some((other) => takesAll(other, line, isOneDeal)));
}

/** Who is taken: whoever meets the condition or is on the list, of those the share. */
interface Taking {
  readonly when: Condition | Rollout;
  readonly portion: Portion | null;
}

interface Lines {
  readonly lines: readonly Taking[];
  /** The one variant that all of them serve; undefined where they differ or split. */
  readonly variant: VariantName | undefined;
}

function linesOf({ enabled, rules, rollout, serve }: Flag): Lines {
  if (!enabled) return { lines: [], variant: undefined };
  const last = { when: rollout, portion: rollout.strategy === "percentage" ? rollout.portion : null, serve };
  const lines = [...rules, last].filter(({ portion, when }) => portion?.share !== 0 && !isNobody(when));
  const served = lines.map((line) => ("variant" in line.serve ? line.serve.variant : undefined));
  const [first] = served;
  return { lines, variant: served.every((variant) => variant === first) ? first : undefined };
}

function isNobody(when: Condition | Rollout): boolean {
  if ("op" in when) return false;
  if (when.strategy === "role") return when.roles.length === 0;
  return when.strategy === "whitelist" && Object.values(when.lists).every((ids) => ids.length === 0);
}

function takesAll(wider: Taking, narrower: Taking, isOneDeal: boolean): boolean {
  return holdsShare(wider.portion, narrower.portion, isOneDeal) && holdsPeople(wider.when, narrower.when);
}

function holdsShare(wider: Portion | null, narrower: Portion | null, isOneDeal: boolean): boolean {
  if (wider === null) return true;
  // Whoever has no subject is in no share, not even in the whole of it.
  if (narrower === null || wider.by !== narrower.by) return false;
  return wider.share === WHOLE || (isOneDeal && narrower.share <= wider.share);
}

function holdsPeople(wider: Condition | Rollout, narrower: Condition | Rollout): boolean {
  if (isEverybody(wider)) return true;
  const [lists, fewer] = [listsOf(wider), listsOf(narrower)];
  if (lists !== undefined && fewer !== undefined) {
    return Object.entries(fewer).every(([name, ids]) => ids.every((id) => lists[name]?.includes(id) === true));
  }
  return "op" in wider && "op" in narrower && follows(narrower, wider);
}

function isEverybody(when: Condition | Rollout): boolean {
  if ("op" in when) return when.op === "all" && when.of.length === 0;
  return when.strategy === "all" || when.strategy === "percentage";
}

function listsOf(when: Condition | Rollout): Readonly<Record<string, readonly string[]>> | undefined {
  if ("op" in when) return undefined;
  if (when.strategy === "role") return { userRole: when.roles };
  return when.strategy === "whitelist" ? when.lists : undefined;
}

/** Whether the second condition surely holds where the first does. */
function follows(first: Condition, second: Condition): boolean {
  if (sameJson(first, second)) return true;
  if (second.op === "all") return second.of.every((part) => follows(first, part));
  if (first.op === "any") return first.of.every((part) => follows(part, second));
  if (first.op === "segment") return first.anyOf.every(({ when }) => follows(when, second));
  if (first.op === "all" && first.of.some((part) => follows(part, second))) return true;
  if (second.op === "any") return second.of.some((part) => follows(first, part));
  if (second.op === "segment") return second.anyOf.some(({ when }) => follows(first, when));
  if (first.op !== "match" || second.op !== "match" || first.attribute !== second.attribute) return false;
  return second.tests.every((test) => first.tests.some((other) => testFollows(other, test)));
}

function testFollows(first: Test, second: Test): boolean {
  if (sameJson(first, second)) return true;
  if (first.op === "in" && second.op === "in") return first.values.every((value) => second.values.includes(value));
  // Of a value of none of the types that are listed `not` knows nothing, so another type on the list is another question.
  if (first.op === "not" && second.op === "not") {
    const types = (test: { readonly values: readonly unknown[] }) => new Set(test.values.map((value) => typeof value));
    const isSameTypes = sameJson([...types(first)].sort(), [...types(second)].sort());
    return isSameTypes && second.values.every((value) => first.values.includes(value));
  }
  return false;
}
