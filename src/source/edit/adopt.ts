import { differingGroups, type FieldGroup } from "../../core/row/field-groups.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
import { mapJson } from "../load/tree.ts";
import { editableFlag, editFlag, type FlagTree } from "./edit-flag.ts";
import { type EditResult, refused, type Refused } from "./edit-result.ts";
import { rolloutJson, ruleJson, serveJson } from "./flag-json.ts";
import type { OverlayField } from "./field-order.ts";
import { rootOf } from "./rewrite.ts";
import { andText } from "../../core/text.ts";
import { unknownEnvironment } from "./set.ts";

/** The part of an overlay that a group of columns is written as. */
const FIELD_OF: { readonly [group in FieldGroup]?: OverlayField } = {
  enabled: "enabled",
  rollout: "rollout",
  by: "rollout",
  rules: "rules",
  serve: "serve",
};

/**
 * Writes what the table says of a flag into the overlay of the table's environment, so that git agrees with what was
 * written by hand.
 *
 * @param live  the flag as the table has it
 */
export function adoptLive(tree: FlagTree, environment: string, live: Flag): EditResult {
  const { key } = live;
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  const environments = tree.loaded.config?.environments.map(({ name }) => name) ?? [];
  const unknown = unknownEnvironment(environment, environments);
  if (unknown !== undefined) return unknown;
  const desired = tree.loaded.flagsFor(environment).get(key);
  const root = rootOf(flag.parsed.text);
  if (desired === undefined || root === undefined) {
    return refused("invalid", `${flag.path} cannot be edited`, "hoist validate says why");
  }
  const groups = differingGroups(columnsOf(desired), columnsOf(live));
  const elsewhere = groups.filter((group) => FIELD_OF[group] === undefined);
  if (elsewhere.length > 0) return notInOverlay(flag.path, elsewhere);

  const json = mapJson(root);
  let overlay = mappingIn(mappingIn(json, "environments"), environment);
  for (const field of new Set(groups.flatMap((group) => FIELD_OF[group] ?? []))) {
    const value = fieldJson(field, live, tree);
    if (!("value" in value)) return value;
    overlay = { ...overlay, [field]: value.value };
  }
  const overlays = { ...mappingIn(json, "environments"), [environment]: overlay };
  const wanted = groups.length === 0 ? json : { ...json, environments: overlays };
  const result = editFlag(tree, { key, json: wanted, mayChange: (name) => name === environment });
  if (!result.ok) return result;
  const adopted = result.after.flagsFor(environment).get(key);
  if (adopted !== undefined && canonicalJson(columnsOf(adopted)) === canonicalJson(columnsOf(live))) return result;
  return refused(
    "invalid",
    `the table's ${andText(groups)} of ${key} cannot be written in a file so that it means the same`,
    `write it into ${flag.path} by hand, or undo it: hoist sync --env ${environment} --release ${key}`,
  );
}

function fieldJson(field: OverlayField, live: Flag, { loaded }: FlagTree): { readonly value: JsonValue } | Refused {
  if (field === "enabled") return { value: live.enabled };
  if (field === "serve") return { value: serveJson(live.serve, live.type) };
  if (field === "rollout") return emptyList(live) ?? { value: rolloutJson(live.rollout) };
  const rules: JsonObject[] = [];
  for (const rule of live.rules) {
    if (rule.name === "") {
      return refused(
        "invalid",
        `a rule of ${live.key} in the table has no name`,
        "give it one there, or write the rule by hand",
      );
    }
    const json = ruleJson(rule, live.type, loaded.segments);
    if (json === undefined) {
      const message = `rule "${rule.name}" in the table uses a segment that is not as flags/_segments/ has it`;
      return refused("invalid", message, "write the rule by hand, or bring the segment up to date first");
    }
    rules.push(json);
  }
  return { value: rules };
}

/** A list of nobody can be typed at a prompt; a file says none. */
function emptyList({ key, rollout }: Flag): Refused | undefined {
  const lists =
    rollout.strategy === "role"
      ? [rollout.roles]
      : rollout.strategy === "whitelist"
        ? Object.values(rollout.lists)
        : null;
  if (lists === null || (lists.length > 0 && lists.every((list) => list.length > 0))) return undefined;
  const message = `the table's ${rollout.strategy} of ${key} has an empty list, which a file does not have`;
  return refused("invalid", message, `where nobody is meant: hoist rollout ${key} none --env NAME`);
}

function notInOverlay(path: string, groups: readonly FieldGroup[]): Refused {
  const one = groups.length === 1;
  return refused(
    "invalid",
    `the table differs in ${andText(groups)}, and ${one ? "that is" : "those are"} one for all environments`,
    `write ${one ? "it" : "them"} into ${path} by hand, for all environments`,
  );
}

function mappingIn(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isJsonObject(value) ? value : {};
}
