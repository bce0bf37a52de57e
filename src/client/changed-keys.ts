import type { FlagKey } from "../core/flag/flag.ts";
import { sameJson } from "../core/json.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import type { ShownOverride } from "./status.ts";

/** The data that determines evaluations at one moment. */
interface Moment {
  readonly snapshot: Snapshot | undefined;
  readonly overrides: readonly ShownOverride[];
}

const NO_FLAGS: Snapshot["live"] = new Map();

/** Returns the sorted keys of the flags whose answers may have changed: their row or override changed, or that of a flag that they require. */
export function changedKeys(before: Moment, after: Moment): readonly FlagKey[] {
  const [old, live] = [before.snapshot?.live ?? NO_FLAGS, after.snapshot?.live ?? NO_FLAGS];
  const keys = new Set([...old.keys(), ...live.keys()]);
  const changed = new Set([...keys].filter((key) => !sameJson(old.get(key)?.flag, live.get(key)?.flag)));
  const [past, present] = [new Set(before.overrides), new Set(after.overrides)];
  for (const override of [...past, ...present]) {
    if (!past.has(override) || !present.has(override)) changed.add(override.flagKey);
  }
  addDependents(changed, live);
  return [...changed].sort();
}

function addDependents(changed: Set<FlagKey>, live: Snapshot["live"]): void {
  const dependents = new Map<FlagKey, FlagKey[]>();
  for (const [key, { flag }] of live) {
    for (const { flag: required } of flag.requires)
      dependents.set(required, [...(dependents.get(required) ?? []), key]);
  }
  // The set grows during the loop: new members are visited too, each once.
  for (const key of changed) for (const dependent of dependents.get(key) ?? []) changed.add(dependent);
}
