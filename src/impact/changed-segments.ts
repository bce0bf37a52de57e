import type { Condition } from "../core/flag/condition.ts";
import { conditionJson } from "../core/row/condition-json.ts";
import { withoutBodies } from "../core/plan/difference.ts";
import type { Flag } from "../core/flag/flag.ts";
import { sameJson } from "../core/json.ts";
import type { LoadedFlags } from "../source/load/load.ts";

/**
 * The segments whose own text differs between two states of the files. One that only names a segment that differs is none:
 * what a reader looks for is the file that was edited.
 */
export function changedSegments(before: LoadedFlags, after: LoadedFlags): ReadonlySet<string> {
  const changed = [...after.segments].filter(([name, { when }]) => {
    const was = before.segments.get(name)?.when;
    return was === undefined || !sameJson(conditionJson(withoutBodies(was)), conditionJson(withoutBodies(when)));
  });
  return new Set(changed.map(([name]) => name));
}

/** Every segment that a flag's rules name, by way of other segments too. */
export function segmentsIn({ rules }: Flag): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (condition: Condition): void => {
    if (condition.op === "match") return;
    if (condition.op !== "segment") {
      for (const part of condition.of) visit(part);
      return;
    }
    for (const { name, when } of condition.anyOf) {
      names.add(name);
      visit(when);
    }
  };
  for (const { when } of rules) visit(when);
  return names;
}
