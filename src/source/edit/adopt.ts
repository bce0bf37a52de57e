import { FormatProblem } from "../../core/row/format-problem.ts";
import { differingGroups, FIELD_GROUPS, withGroup, type FieldGroup } from "../../core/row/row.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { type JsonValue, sameJson } from "../../core/json.ts";
import { columnsOf, flagOfColumns } from "../../core/row/row-codec.ts";
import { andText } from "../../core/text.ts";
import { editFlag, findFlag } from "./edit-flag.ts";
import { type Edited, refused } from "./edit-result.ts";
import { overlayIn, rolloutJson, ruleJson, serveJson, withOverlay } from "./flag-json.ts";
import type { OverlayField } from "./field-order.ts";
import type { FlagTree } from "./flag-tree.ts";

/** The field of an overlay that expresses a group of columns; null if no overlay can express it. */
const FIELD_OF: Readonly<Record<FieldGroup, OverlayField | null>> = {
  enabled: "enabled",
  rollout: "rollout",
  by: "rollout",
  rules: "rules",
  serve: "serve",
  name: null,
  description: null,
  requires: null,
  type: null,
  variants: null,
  offVariant: null,
  fallback: null,
  salt: null,
  client: null,
  protected: null,
  metadata: null,
};

/**
 * Writes the live state of a flag into the overlay of one environment, so that git agrees with a manual change. Leaves out the
 * columns that an overlay cannot express; {@link notAdopted} names them.
 *
 * @param table  the flag as the table of that environment contains it
 * @throws FlagError INVALID_FLAGS when an overlay can express none of the differences
 */
export function adoptLive(tree: FlagTree, environment: string, table: Flag): Edited {
  const { key } = table;
  const { flag, json } = findFlag(tree, key, environment);
  const desired = desiredFlag(tree, environment, key);
  const all = differingGroups(columnsOf(desired), columnsOf(table));
  const groups = all.filter((group) => FIELD_OF[group] !== null);
  if (groups.length === 0 && all.length > 0) {
    const [first = "", ...others] = notAdopted(tree, environment, table);
    throw refused("INVALID_FLAGS", first, others.join("\n"));
  }
  const live = withoutGroups(table, desired, all);

  const fields = new Set(groups.flatMap((group) => FIELD_OF[group] ?? []));
  const written = Object.fromEntries([...fields].map((field) => [field, fieldJson(field, live, tree)]));
  const overlay = { ...overlayIn(json, environment), ...written };
  const wanted = groups.length === 0 ? json : withOverlay(json, environment, overlay);
  const result = editFlag(tree, { key, json: wanted, environment });
  const adopted = result.after.flagsFor(environment).get(key);
  if (adopted !== undefined && sameJson(columnsOf(adopted), columnsOf(live))) return result;
  throw refused(
    "INVALID_FLAGS",
    `a flag file cannot express the ${andText(groups)} that the table has for ${key}`,
    `edit ${flag.path} yourself, or discard the manual change: hoist sync --env ${environment} --release ${key}`,
  );
}

/**
 * Returns what the table has in columns that cannot differ between environments, and what to do about it, one line each; empty
 * if there is nothing.
 */
export function notAdopted(tree: FlagTree, environment: string, table: Flag): readonly string[] {
  const { key } = table;
  const { flag } = findFlag(tree, key, environment);
  const [inGit, inTable] = [columnsOf(desiredFlag(tree, environment, key)), columnsOf(table)];
  const groups = differingGroups(inGit, inTable).filter((group) => FIELD_OF[group] === null);
  if (groups.length === 0) return [];
  const values = groups.map((group) => {
    return `${group} (${FIELD_GROUPS[group].map((column) => JSON.stringify(inTable[column])).join(", ")})`;
  });
  return [
    `the table differs in ${andText(values)}, which cannot differ between environments`,
    `to keep it, edit ${flag.path} yourself; the change then applies to all environments`,
    `to discard it: hoist sync --env ${environment} --release ${key}`,
  ];
}

function desiredFlag(tree: FlagTree, environment: string, key: FlagKey): Flag {
  const desired = tree.loaded.flagsFor(environment).get(key);
  if (desired !== undefined) return desired;
  throw refused(
    "INVALID_FLAGS",
    `${findFlag(tree, key, environment).flag.path} cannot be edited`,
    "hoist validate shows the reason",
  );
}

/** Returns the table's flag with the values of git in the columns that an overlay cannot express. */
function withoutGroups(table: Flag, desired: Flag, groups: readonly FieldGroup[]): Flag {
  const elsewhere = groups.filter((group) => FIELD_OF[group] === null);
  if (elsewhere.length === 0) return table;
  const inGit = columnsOf(desired);
  const columns = elsewhere.reduce((merged, group) => withGroup(merged, group, inGit), columnsOf(table));
  try {
    return flagOfColumns(table.key, columns);
  } catch (error) {
    if (!(error instanceof FormatProblem)) throw error;
    const message = `what the table serves depends on its ${andText(elsewhere)}, which cannot differ between environments`;
    throw refused("INVALID_FLAGS", message, `discard the manual change: hoist sync --release ${table.key}`);
  }
}

function fieldJson(field: OverlayField, live: Flag, { loaded }: FlagTree): JsonValue {
  switch (field) {
    case "enabled":
      return live.enabled;
    case "serve":
      return serveJson(live.serve, live.type);
    case "rollout":
      checkLists(live);
      return rolloutJson(live.rollout);
    case "rules":
      return live.rules.map((rule) => {
        if (rule.name !== "") return ruleJson(rule, live.type, loaded.segments);
        const message = `a rule of ${live.key} in the table has no name`;
        throw refused("INVALID_FLAGS", message, "name the rule in the table, or write it into the file yourself");
      });
  }
}

/** Refuses an empty list, which a table can contain but a flag file cannot. */
function checkLists({ key, rollout }: Flag): void {
  if (rollout.strategy !== "role" && rollout.strategy !== "whitelist") return;
  const lists = rollout.strategy === "role" ? [rollout.roles] : Object.values(rollout.lists);
  if (lists.length > 0 && lists.every((list) => list.length > 0)) return;
  const message = `the ${rollout.strategy} rollout of ${key} in the table has an empty list, which a flag file cannot have`;
  throw refused("INVALID_FLAGS", message, `to serve nobody: hoist rollout ${key} none --env NAME`);
}
