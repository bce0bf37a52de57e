import { type Budget, take } from "../../core/work.ts";
import { type Condition, type MatchCondition, partsOf } from "../../core/flag/condition.ts";
import { matcher } from "../../core/evaluate/matcher.ts";

/** Part of a context. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Values worth trying, by attribute. */
export type TrialValues = ReadonlyMap<string, readonly unknown[]>;

/** The maximum number of contexts: a condition on thousands of values is not tried with all of them. */
const MAX_CONTEXTS = 2_000;

/**
 * Returns contexts that are likely to meet a condition, as small as possible. Parts of a condition may need different
 * values of one attribute, so the condition itself has to be evaluated to be sure. When the budget is spent, fewer are
 * returned.
 *
 * @param outcome  false returns contexts for which the condition is false
 */
export function contextsMeeting(
  condition: Condition,
  values: TrialValues,
  budget: Budget,
  outcome = true,
): readonly Attributes[] {
  if (condition.op === "match") return valuesMeeting(condition, values, budget, outcome);
  const ofParts = condition.op === "none" ? !outcome : outcome;
  const needsAll = (condition.op === "all") === ofParts;
  const found: (readonly Attributes[])[] = [];
  let count = 0;
  for (const part of partsOf(condition)) {
    if (!take(budget, 1) || (!needsAll && count >= MAX_CONTEXTS)) break;
    const meeting = contextsMeeting(part, values, budget, ofParts);
    found.push(meeting);
    count += meeting.length;
  }
  return needsAll ? first(merged(found, budget)) : found.flat().slice(0, MAX_CONTEXTS);
}

function valuesMeeting(
  condition: MatchCondition,
  values: TrialValues,
  budget: Budget,
  outcome: boolean,
): readonly Attributes[] {
  const { attribute } = condition;
  const holds = matcher(condition);
  const meeting: Attributes[] = [];
  for (const value of [undefined, ...(values.get(attribute) ?? [])]) {
    if (!take(budget, 1) || meeting.length >= MAX_CONTEXTS) break;
    if (holds({ [attribute]: value }) === outcome) meeting.push(value === undefined ? {} : { [attribute]: value });
  }
  return meeting;
}

function first(contexts: Iterable<Attributes>): readonly Attributes[] {
  const chosen: Attributes[] = [];
  for (const context of contexts) if (chosen.push(context) >= MAX_CONTEXTS) break;
  return chosen;
}

/** Merges contexts so that each context of each part occurs at least once, without building every combination. */
function* merged(parts: readonly (readonly Attributes[])[], budget: Budget): Iterable<Attributes> {
  if (parts.some((each) => each.length === 0)) return;
  const longest = parts.reduce((most, each) => Math.max(most, each.length), 1);
  for (let n = 0; n < longest && take(budget, parts.length); n += 1) yield mergedAt(parts, () => n);
  for (const [part, each] of parts.entries()) {
    for (let n = 1; n < each.length && take(budget, parts.length); n += 1) {
      yield mergedAt(parts, (other) => (other === part ? n : 0));
    }
  }
}

function mergedAt(parts: readonly (readonly Attributes[])[], indexOf: (part: number) => number): Attributes {
  return parts.reduce<Attributes>(
    (merged, each, part) => ({ ...merged, ...each[Math.min(indexOf(part), each.length - 1)] }),
    {},
  );
}
