import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { columnsOf, flagOfColumns } from "../core/row/row-codec.ts";
import type { FlagColumns, RolloutStrategy } from "../core/row/row.ts";
import { adoptLive } from "../source/edit/adopt.ts";
import { editableFlag, editFlag, type FlagTree, newFailures, withText } from "../source/edit/edit-flag.ts";
import { type EditResult, refused, type Refused } from "../source/edit/edit-result.ts";
import { rootOf } from "../source/edit/rewrite.ts";
import { unknownEnvironment } from "../source/edit/set.ts";
import { mapJson } from "../source/load/tree.ts";
import type { ToggleUpdates } from "./toggle-updates.ts";

/**
 * Writes updates of columns into a flag's file: who gets it into the overlay of one environment, what people read into the
 * file itself, which is for all of them.
 */
export function editToggle(tree: FlagTree, key: FlagKey, environment: string, updates: ToggleUpdates): EditResult {
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  const environments = tree.loaded.config?.environments.map(({ name }) => name) ?? [];
  const unknown = unknownEnvironment(environment, environments);
  if (unknown !== undefined) return unknown;
  const now = tree.loaded.flagsFor(environment).get(key);
  const root = rootOf(flag.parsed.text);
  if (now === undefined || root === undefined) {
    return refused("invalid", `${flag.path} cannot be edited`, "hoist validate says why");
  }
  const wanted = servedAs(now, updates);
  if ("ok" in wanted) return wanted;

  const first = editFlag(tree, { key, json: proseOf(mapJson(root), updates), mayChange: () => true });
  if (!first.ok) return first;
  const edited = first.edits[0]?.after;
  const files = edited === undefined ? tree.files : withText(tree.files, flag.path, edited);
  const second = adoptLive({ files, loaded: first.after }, environment, {
    ...(first.after.flagsFor(environment).get(key) ?? now),
    enabled: wanted.enabled,
    rollout: wanted.rollout,
  });
  if (!second.ok) return second;
  const after = second.edits[0]?.after ?? edited;
  return {
    ok: true,
    edits: after === undefined ? [] : [{ from: flag.path, to: flag.path, before: flag.parsed.text, after }],
    before: tree.loaded,
    after: second.after,
    voided: [...new Set([...first.voided, ...second.voided])],
    failures: newFailures(tree.loaded, second.after, key),
  };
}

/** The flag with its switch and its last line as the updates say, or why they cannot be meant. */
function servedAs(now: Flag, updates: ToggleUpdates): Pick<Flag, "enabled" | "rollout"> | Refused {
  const columns = columnsOf(now);
  const { enabled = columns.enabled } = updates;
  const isOfRollout = [updates.rollout_strategy, updates.rollout_percentage, updates.target_config];
  if (isOfRollout.every((value) => value === undefined)) return { enabled, rollout: now.rollout };
  const rollout = rolloutColumns(columns, updates);
  if ("ok" in rollout) return rollout;
  return { enabled, rollout: flagOfColumns(now.key, { ...columns, ...rollout }).rollout };
}

type RolloutColumns = Pick<FlagColumns, "rollout_strategy" | "rollout_percentage" | "target_config">;

function rolloutColumns(now: FlagColumns, updates: ToggleUpdates): RolloutColumns | Refused {
  const strategy = updates.rollout_strategy ?? now.rollout_strategy;
  const isSame = strategy === now.rollout_strategy;
  const percentage =
    updates.rollout_percentage ?? (isSame || strategy !== "percentage" ? now.rollout_percentage : null);
  if (percentage === null) return missing(strategy, "rollout_percentage: 10");
  const given = updates.rollout_percentage;
  if (strategy !== "percentage" && given !== undefined && given !== 100) return idle("rollout_percentage", strategy);

  const lists = updates.target_config === undefined ? undefined : filled(updates.target_config);
  const hasLists = lists !== undefined && Object.keys(lists).length > 0;
  if (strategy === "all" || strategy === "percentage") {
    if (hasLists) return idle("target_config", strategy);
    return { rollout_strategy: strategy, rollout_percentage: strategy === "all" ? 100 : percentage, target_config: {} };
  }
  const target = lists ?? (isSame ? now.target_config : {});
  if (strategy === "role" && Object.keys(target).some((name) => name !== "roles" && name !== "userRole")) {
    return refused(
      "usage",
      "the strategy role has one list, roles",
      'e.g. target_config: { roles: ["admin"] }; other lists go with the strategy whitelist',
    );
  }
  if (Object.keys(target).length === 0) {
    const example = strategy === "role" ? 'roles: ["admin"]' : 'workshop_ids: ["workshop-1"]';
    return missing(strategy, `target_config: { ${example} }`);
  }
  return { rollout_strategy: strategy, rollout_percentage: 100, target_config: target };
}

/** Ids as text, once each; lists without any are left out, as a form sends them. */
function filled(lists: NonNullable<ToggleUpdates["target_config"]>): JsonObject {
  const entries = Object.entries(lists).map(([name, ids]) => [name, [...new Set(ids.map(String))]] as const);
  return Object.fromEntries(entries.filter(([, ids]) => ids.length > 0));
}

function idle(field: "rollout_percentage" | "target_config", strategy: RolloutStrategy): Refused {
  const [what, fitting] =
    field === "target_config" ? ["a target_config", '"role" or "whitelist"'] : ["a rollout_percentage", '"percentage"'];
  return refused(
    "usage",
    `${what} says nothing while rollout_strategy is ${strategy}`,
    `if it is meant, change the strategy with it: rollout_strategy: ${fitting}`,
  );
}

function missing(strategy: RolloutStrategy, example: string): Refused {
  return refused("usage", `the strategy ${strategy} needs to be told who gets it`, `e.g. ${example}`);
}

function proseOf(json: JsonObject, updates: ToggleUpdates): JsonObject {
  const { display_name, description, metadata } = updates;
  const { owner, kind, expires, tags, ...rest } = metadata ?? {};
  const { metadata: _, ...others } = json;
  const named = Object.entries({ name: display_name, description, owner, kind, expires, tags });
  const set = named.flatMap(([field, value]): [string, JsonValue][] => (value === undefined ? [] : [[field, value]]));
  const mapping = metadata === undefined ? json["metadata"] : rest;
  const isThere = mapping !== undefined && !(isJsonObject(mapping) && Object.keys(mapping).length === 0);
  return { ...others, ...Object.fromEntries(set), ...(isThere ? { metadata: mapping } : {}) };
}
