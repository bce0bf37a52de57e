import { type Condition, partsOf } from "../../core/flag/condition.ts";
import { matcher } from "../../core/evaluate/matcher.ts";

/** Part of a context. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Values worth trying, by attribute. */
export type TrialValues = ReadonlyMap<string, readonly unknown[]>;

/** The maximum number of contexts: a condition on thousands of values is not tried with all of them. */
const MAX_CONTEXTS = 2_000;

/**
 * Returns contexts that are likely to meet a condition, as small as possible. Parts of a condition may need different
 * values of one attribute, so the condition itself has to be evaluated to be sure.
 *
 * @param outcome  false returns contexts for which the condition is false
 */
export function contextsMeeting(condition: Condition, values: TrialValues, outcome = true): readonly Attributes[] {
  if (condition.op === "match") {
    const holds = matcher(condition);
    const tried = [undefined, ...(values.get(condition.attribute) ?? [])];
    const fitting = tried.filter((value) => holds({ [condition.attribute]: value }) === outcome);
    return fitting.slice(0, MAX_CONTEXTS).map((value) => (value === undefined ? {} : { [condition.attribute]: value }));
  }
  const ofParts = condition.op === "none" ? !outcome : outcome;
  const parts = partsOf(condition).map((part) => contextsMeeting(part, values, ofParts));
  const needsAll = (condition.op === "all") === ofParts;
  return needsAll ? merged(parts) : parts.flat().slice(0, MAX_CONTEXTS);
}

/** Merges contexts so that each context of each part occurs at least once, without building every combination. */
function merged(parts: readonly (readonly Attributes[])[]): readonly Attributes[] {
  if (parts.some((each) => each.length === 0)) return [];
  const longest = Math.max(1, ...parts.map((each) => each.length));
  const inStep = Array.from({ length: longest }, (_, n) => mergedAt(parts, () => n));
  const varied = parts.flatMap((each, part) =>
    each.slice(1).map((_, n) => mergedAt(parts, (other) => (other === part ? n + 1 : 0))),
  );
  return [...inStep, ...varied].slice(0, MAX_CONTEXTS);
}

function mergedAt(parts: readonly (readonly Attributes[])[], indexOf: (part: number) => number): Attributes {
  return parts.reduce<Attributes>(
    (merged, each, part) => ({ ...merged, ...each[Math.min(indexOf(part), each.length - 1)] }),
    {},
  );
}
