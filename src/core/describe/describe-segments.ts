import { type Condition, type NamedCondition, segmentsIn } from "../flag/condition.ts";
import { conditionJson } from "../row/condition-json.ts";
import { whoText, type ConditionWording } from "./describe-condition.ts";
import type { ListLength } from "../matcher/operand-text.ts";
import { canonicalJson } from "../json.ts";
import { printable } from "../printable.ts";

/** The name of a segment in a description, and its members: `staff` are `people whose userRole is admin`. */
export interface SegmentText {
  readonly name: string;
  readonly text: string;
}

/**
 * Names and describes every segment of the given conditions, including segments inside other segments, in reading
 * order.
 */
export function wordingFor(
  conditions: readonly Condition[],
  lists: ListLength,
): { readonly wording: ConditionWording; readonly segments: () => readonly SegmentText[] } {
  const named = new Map<string, { readonly name: string; readonly when: Condition }>();
  const counts = new Map<string, number>();
  for (const segment of conditions.flatMap(segmentsIn)) {
    const id = idOf(segment);
    if (named.has(id)) continue;
    const count = (counts.get(segment.name) ?? 0) + 1;
    counts.set(segment.name, count);
    // Rows that were changed manually may contain two different segments with the same name.
    named.set(id, { name: wordOf(segment.name) + (count === 1 ? "" : `#${count}`), when: segment.when });
  }
  const wording: ConditionWording = {
    ...lists,
    nameOf: (segment) => named.get(idOf(segment))?.name ?? wordOf(segment.name),
  };
  return {
    wording,
    segments: () => Array.from(named.values(), ({ name, when }) => ({ name, text: printable(whoText(when, wording)) })),
  };
}

const texts = new WeakMap<Condition, string>();

/** Returns a text that is the same for equal segments. The text of a condition is stored, because many rules share it. */
function idOf({ name, when }: NamedCondition): string {
  const text = texts.get(when) ?? canonicalJson(conditionJson(when));
  texts.set(when, text);
  return `${JSON.stringify(name)}${text}`;
}

/**
 * Returns the name of a segment: without quotes if it is a plain word such as `staff`, and in quotes if it could
 * be misread.
 */
function wordOf(name: string): string {
  const isOwn = /^(everyone|people|nobody|segment|the|of|in|on)$/.test(name);
  return /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(name) && !isOwn ? name : `segment ${JSON.stringify(name)}`;
}
