import { conditionJson, namesOnly } from "../core/row/condition-json.ts";
import { sameJson } from "../core/json.ts";
import type { LoadedFlags } from "../source/load/load.ts";

/**
 * Returns the segments whose own text differs between two states of the files. Excludes a segment that only refers to a
 * changed one, because readers look for the edited file.
 */
export function changedSegments(before: LoadedFlags, after: LoadedFlags): ReadonlySet<string> {
  const changed = [...after.segments].filter(([name, { when }]) => {
    const was = before.segments.get(name)?.when;
    return was === undefined || !sameJson(conditionJson(was, namesOnly), conditionJson(when, namesOnly));
  });
  return new Set(changed.map(([name]) => name));
}
