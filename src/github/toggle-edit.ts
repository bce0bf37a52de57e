import type { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { columnsOf, flagOfColumns } from "../core/row/row-codec.ts";
import type { FlagColumns, RolloutStrategy } from "../core/row/row.ts";
import { adoptLive } from "../source/edit/adopt.ts";
import { editFlag, findFlag } from "../source/edit/edit-flag.ts";
import { type Edited, refused } from "../source/edit/edit-result.ts";
import { filesAfter, type FlagTree, newFailures } from "../source/edit/flag-tree.ts";
import type { ToggleUpdates } from "./toggle-updates.ts";

/**
 * Writes updates of columns into a flag's file. `enabled` and the rollout go into the overlay of one environment; name,
 * description and metadata go into the base, which applies to all environments.
 *
 * @throws FlagError when the edit is refused
 */
export function editToggle(tree: FlagTree, key: FlagKey, environment: string, updates: ToggleUpdates): Edited {
  const { flag, json } = findFlag(tree, key, environment);
  const current = tree.loaded.flagsFor(environment).get(key);
  if (current === undefined) throw refused("INVALID_FLAGS", `${flag.path} cannot be edited`, "hoist validate");
  const served = servedAfter(current, updates);

  const first = editFlag(tree, { key, json: withDescription(json, updates), environment: null });
  const between = { files: filesAfter(tree.files, first.edits), loaded: first.after };
  const described = first.after.flagsFor(environment).get(key) ?? current;
  const second = adoptLive(between, environment, { ...described, ...served });
  const after = (second.edits[0] ?? first.edits[0])?.after;
  return {
    ...second,
    edits: after === undefined ? [] : [{ from: flag.path, to: flag.path, before: flag.parsed.text, after }],
    before: tree.loaded,
    voided: [...new Set([...first.voided, ...second.voided])],
    failures: newFailures(tree.loaded, second.after, key),
  };
}

/** Applies the updates to `enabled` and the default rollout. */
function servedAfter(now: Flag, updates: ToggleUpdates): Pick<Flag, "enabled" | "rollout"> {
  const columns = columnsOf(now);
  const { enabled = columns.enabled, rollout_strategy, rollout_percentage, target_config } = updates;
  if (rollout_strategy === undefined && rollout_percentage === undefined && target_config === undefined)
    return { enabled, rollout: now.rollout };
  const { rollout } = flagOfColumns(now.key, { ...columns, ...rolloutColumns(columns, updates) });
  return { enabled, rollout };
}

type RolloutColumns = Pick<FlagColumns, "rollout_strategy" | "rollout_percentage" | "target_config">;

function rolloutColumns(now: FlagColumns, updates: ToggleUpdates): RolloutColumns {
  const strategy = updates.rollout_strategy ?? now.rollout_strategy;
  const isSame = strategy === now.rollout_strategy;
  const percentage =
    updates.rollout_percentage ?? (isSame || strategy !== "percentage" ? now.rollout_percentage : null);
  if (percentage === null) throw missing(strategy, "rollout_percentage: 10");
  const given = updates.rollout_percentage;
  if (strategy !== "percentage" && given !== undefined && given !== 100) throw unused("rollout_percentage", strategy);

  const lists = updates.target_config === undefined ? undefined : nonEmptyLists(updates.target_config);
  const hasLists = lists !== undefined && Object.keys(lists).length > 0;
  if (strategy === "all" || strategy === "percentage") {
    if (hasLists) throw unused("target_config", strategy);
    const rollout_percentage = strategy === "all" ? 100 : percentage;
    return { rollout_strategy: strategy, rollout_percentage, target_config: {} };
  }
  const target = lists ?? (isSame ? now.target_config : {});
  if (strategy === "role" && Object.keys(target).some((name) => name !== "roles" && name !== "userRole")) {
    throw refused(
      "USAGE",
      'the strategy "role" accepts only the list "roles"',
      'for example target_config: { roles: ["admin"] }; other lists require the strategy whitelist',
    );
  }
  if (Object.keys(target).length === 0) {
    const example = strategy === "role" ? 'roles: ["admin"]' : 'workshop_ids: ["workshop-1"]';
    throw missing(strategy, `target_config: { ${example} }`);
  }
  return { rollout_strategy: strategy, rollout_percentage: 100, target_config: target };
}

/** Returns the ids as text without duplicates. Empty lists, which forms send, are left out. */
function nonEmptyLists(lists: NonNullable<ToggleUpdates["target_config"]>): JsonObject {
  const entries = Object.entries(lists).map(([name, ids]) => [name, [...new Set(ids.map(String))]] as const);
  return Object.fromEntries(entries.filter(([, ids]) => ids.length > 0));
}

/** Refuses a field that has no effect with the strategy. */
function unused(field: "rollout_percentage" | "target_config", strategy: RolloutStrategy): FlagError {
  const matching = field === "target_config" ? '"role" or "whitelist"' : '"percentage"';
  const hint = `change the strategy as well: rollout_strategy: ${matching}`;
  return refused("USAGE", `${field} has no effect while rollout_strategy is ${strategy}`, hint);
}

function missing(strategy: RolloutStrategy, example: string): FlagError {
  return refused("USAGE", `the strategy ${strategy} needs a value that says whom it serves`, `for example ${example}`);
}

function withDescription(json: JsonObject, updates: ToggleUpdates): JsonObject {
  const { display_name, description, metadata } = updates;
  const { owner, kind, expires, tags, ...rest } = metadata ?? {};
  const { metadata: _, ...others } = json;
  const named = Object.entries({ name: display_name, description, owner, kind, expires, tags });
  const set = named.flatMap(([field, value]): [string, JsonValue][] => (value === undefined ? [] : [[field, value]]));
  const mapping = metadata === undefined ? json["metadata"] : rest;
  const isThere = mapping !== undefined && !(isJsonObject(mapping) && Object.keys(mapping).length === 0);
  return { ...others, ...Object.fromEntries(set), ...(isThere ? { metadata: mapping } : {}) };
}
