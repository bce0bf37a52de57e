import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { canonicalJson } from "../core/json.ts";
import type { ShownOverride } from "./status.ts";

/** What determines evaluations at one moment. */
interface Moment {
  readonly live: ReadonlyMap<FlagKey, { readonly flag: Flag }> | undefined;
  readonly overrides: readonly ShownOverride[];
}

/** Returns the flags whose answers may differ: those whose row or override changed, and those that require them. Sorted. */
export function changedKeys(before: Moment, after: Moment): readonly FlagKey[] {
  const keys = new Set([...(before.live?.keys() ?? []), ...(after.live?.keys() ?? [])]);
  const changed = new Set([...keys].filter((key) => !isSame(before.live?.get(key)?.flag, after.live?.get(key)?.flag)));
  const known = new Set(before.overrides);
  const present = new Set(after.overrides);
  for (const override of [...before.overrides, ...after.overrides]) {
    if (!known.has(override) || !present.has(override)) changed.add(override.flagKey);
  }
  addDependents(changed, after.live ?? new Map());
  return [...changed].sort();
}

function isSame(a: Flag | undefined, b: Flag | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}

function addDependents(changed: Set<FlagKey>, live: ReadonlyMap<FlagKey, { readonly flag: Flag }>): void {
  const dependents = new Map<FlagKey, FlagKey[]>();
  for (const [key, { flag }] of live) {
    for (const { flag: required } of flag.requires)
      dependents.set(required, [...(dependents.get(required) ?? []), key]);
  }
  // The set grows during the loop: new members are visited too, each once.
  for (const key of changed) for (const dependent of dependents.get(key) ?? []) changed.add(dependent);
}
