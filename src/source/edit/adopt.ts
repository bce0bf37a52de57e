import { differingGroups, type FieldGroup } from "../../core/row/row.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { type JsonValue, sameJson } from "../../core/json.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
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
 * Writes the live state of a flag into the overlay of one environment, so that git agrees with a manual change.
 *
 * @param live  the flag as the table of that environment contains it
 */
export function adoptLive(tree: FlagTree, environment: string, live: Flag): Edited {
  const { key } = live;
  const { flag, json } = findFlag(tree, key, environment);
  const desired = tree.loaded.flagsFor(environment).get(key);
  if (desired === undefined)
    throw refused("INVALID_FLAGS", `${flag.path} cannot be edited`, "hoist validate shows the reason");
  const groups = differingGroups(columnsOf(desired), columnsOf(live));
  const elsewhere = groups.filter((group) => FIELD_OF[group] === null);
  if (elsewhere.length > 0) {
    const message = `the table differs in ${andText(elsewhere)}, which cannot differ between environments`;
    throw refused("INVALID_FLAGS", message, `edit ${flag.path} yourself; the change then applies to all environments`);
  }

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
