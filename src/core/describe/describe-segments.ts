import { type Condition, type NamedCondition, segmentsIn } from "../flag/condition.ts";
import { conditionJson } from "../row/condition-json.ts";
import { whoText, type Speech } from "./describe-condition.ts";
import type { ListLength } from "../matcher/operand-text.ts";
import { canonicalJson } from "../json.ts";

/** What a name of the sentences stands for: `staff` are `people whose userRole is admin`. */
export interface SegmentText {
  readonly name: string;
  readonly text: string;
}

/** Names for the segments of some conditions, those inside other segments too, and what each stands for, in reading order. */
export function speechOf(
  conditions: readonly Condition[],
  lists: ListLength,
): { readonly speech: Speech; readonly segments: () => readonly SegmentText[] } {
  const named = new Map<string, { readonly name: string; readonly when: Condition }>();
  const counts = new Map<string, number>();
  for (const segment of conditions.flatMap(segmentsIn)) {
    const id = idOf(segment);
    if (named.has(id)) continue;
    const count = (counts.get(segment.name) ?? 0) + 1;
    counts.set(segment.name, count);
    // Rows written by hand may call two different conditions by one name.
    named.set(id, { name: wordOf(segment.name) + (count === 1 ? "" : `#${count}`), when: segment.when });
  }
  const speech: Speech = { ...lists, nameOf: (segment) => named.get(idOf(segment))?.name ?? wordOf(segment.name) };
  return {
    speech,
    segments: () => Array.from(named.values(), ({ name, when }) => ({ name, text: whoText(when, speech) })),
  };
}

function idOf({ name, when }: NamedCondition): string {
  return canonicalJson([name, conditionJson(when)]);
}

/** Names of segments are small words (`staff`); any other, and those that are words of our own, are quoted. */
function wordOf(name: string): string {
  const isOwn = /^(everyone|people|nobody|segment|the|of|in|on)$/.test(name);
  return /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(name) && !isOwn ? name : `segment ${JSON.stringify(name)}`;
}
