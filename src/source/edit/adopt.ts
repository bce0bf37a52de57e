import { differingGroups, type FieldGroup } from "../../core/row/row.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { canonicalJson, type JsonObject, type JsonValue } from "../../core/json.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
import { andText } from "../../core/text.ts";
import { editFlag, findFlag } from "./edit-flag.ts";
import { type Checked, type EditResult, refused, type Refused } from "./edit-result.ts";
import { mappingIn, rolloutJson, ruleJson, serveJson } from "./flag-json.ts";
import type { OverlayField } from "./field-order.ts";
import type { FlagTree } from "./flag-tree.ts";

/** The field of an overlay that expresses a group of columns. */
const FIELD_OF: { readonly [group in FieldGroup]?: OverlayField } = {
  enabled: "enabled",
  rollout: "rollout",
  by: "rollout",
  rules: "rules",
  serve: "serve",
};

/**
 * Writes the live state of a flag into the overlay of one environment, so that git agrees with a manual change.
 *
 * @param live  the flag as the table of that environment has it
 */
export function adoptLive(tree: FlagTree, environment: string, live: Flag): EditResult {
  const { key } = live;
  const found = findFlag(tree, key, environment);
  if (!found.ok) return found;
  const { flag, json } = found;
  const desired = tree.loaded.flagsFor(environment).get(key);
  if (desired === undefined) return refused("INVALID_FLAGS", `${flag.path} cannot be edited`, "hoist validate");
  const groups = differingGroups(columnsOf(desired), columnsOf(live));
  const elsewhere = groups.filter((group) => FIELD_OF[group] === undefined);
  if (elsewhere.length > 0) return notInOverlay(flag.path, elsewhere);

  const overlays = mappingIn(json, "environments");
  let overlay = mappingIn(overlays, environment);
  for (const field of new Set(groups.flatMap((group) => FIELD_OF[group] ?? []))) {
    const written = fieldJson(field, live, tree);
    if (!written.ok) return written;
    overlay = { ...overlay, [field]: written.value };
  }
  const wanted = groups.length === 0 ? json : { ...json, environments: { ...overlays, [environment]: overlay } };
  const result = editFlag(tree, { key, json: wanted, environment });
  if (!result.ok) return result;
  const adopted = result.after.flagsFor(environment).get(key);
  if (adopted !== undefined && canonicalJson(columnsOf(adopted)) === canonicalJson(columnsOf(live))) return result;
  return refused(
    "INVALID_FLAGS",
    `a flag file cannot express the ${andText(groups)} that the table has for ${key}`,
    `edit ${flag.path} yourself, or discard the manual change: hoist sync --env ${environment} --release ${key}`,
  );
}

function fieldJson(field: OverlayField, live: Flag, { loaded }: FlagTree): Checked<JsonValue> {
  if (field === "enabled") return { ok: true, value: live.enabled };
  if (field === "serve") return { ok: true, value: serveJson(live.serve, live.type) };
  if (field === "rollout") return emptyList(live) ?? { ok: true, value: rolloutJson(live.rollout) };
  const rules: JsonObject[] = [];
  for (const rule of live.rules) {
    if (rule.name === "") {
      const message = `a rule of ${live.key} in the table has no name`;
      return refused("INVALID_FLAGS", message, "name the rule in the table, or write it into the file yourself");
    }
    const json = ruleJson(rule, live.type, loaded.segments);
    if (json === undefined) {
      const message = `rule "${rule.name}" in the table uses a segment that differs from the one in flags/_segments/`;
      return refused("INVALID_FLAGS", message, "write the rule into the file yourself, or update the segment first");
    }
    rules.push(json);
  }
  return { ok: true, value: rules };
}

/** Refuses a list without entries, which SQL can write and a file cannot. */
function emptyList({ key, rollout }: Flag): Refused | undefined {
  const lists =
    rollout.strategy === "role"
      ? [rollout.roles]
      : rollout.strategy === "whitelist"
        ? Object.values(rollout.lists)
        : null;
  if (lists === null || (lists.length > 0 && lists.every((list) => list.length > 0))) return undefined;
  const message = `the ${rollout.strategy} rollout of ${key} in the table has an empty list, which a flag file cannot have`;
  return refused("INVALID_FLAGS", message, `to serve nobody: hoist rollout ${key} none --env NAME`);
}

function notInOverlay(path: string, groups: readonly FieldGroup[]): Refused {
  return refused(
    "INVALID_FLAGS",
    `the table differs in ${andText(groups)}, which cannot differ between environments`,
    `edit ${path} yourself; the change then applies to all environments`,
  );
}
