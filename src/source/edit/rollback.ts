import type { FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { mapJson } from "../load/tree.ts";
import { editableFlag, editFlag, type FlagTree } from "./edit-flag.ts";
import { type EditResult, refused } from "./edit-result.ts";
import { OVERLAY_FIELDS } from "./field-order.ts";
import { rootOf } from "./rewrite.ts";

/** Everything that an answer depends on, in the base; what only people read stays as it is. */
const SERVED_FIELDS = [
  "variants",
  "offVariant",
  "fallback",
  "client",
  "protected",
  "salt",
  "requires",
  ...OVERLAY_FIELDS,
] as const;

/** What a file says that is served, one environment's or (null) all of it; undefined for a text that cannot be read. */
export function servedBy(text: string, environment: string | null): string | undefined {
  const root = rootOf(text);
  if (root === undefined) return undefined;
  const json = mapJson(root);
  if (environment !== null) return canonicalJson(inEnvironment(json, environment));
  const overlays = Object.entries(mappingIn(json, "environments")).filter(
    ([, overlay]) => isJsonObject(overlay) && Object.keys(overlay).length > 0,
  );
  return canonicalJson([...SERVED_FIELDS.map((field) => json[field] ?? null), Object.fromEntries(overlays)]);
}

/** The four fields that an overlay may replace, as they are in one environment. */
function inEnvironment(json: JsonObject, environment: string): readonly (JsonValue | null)[] {
  const overlay = mappingIn(mappingIn(json, "environments"), environment);
  return OVERLAY_FIELDS.map((field) => overlay[field] ?? json[field] ?? null);
}

/**
 * Puts what a flag serves back to what an earlier version of its file said, by the smallest edit; name, description, owner,
 * tests and comments stay.
 *
 * @param earlier  the text of that version
 * @param environment  only that environment; null for the base and all overlays
 */
export function rollBack(tree: FlagTree, key: FlagKey, earlier: string, environment: string | null): EditResult {
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  const [now, then] = [rootOf(flag.parsed.text), rootOf(earlier)];
  if (now === undefined || then === undefined) {
    return refused(
      "invalid",
      "the earlier version of the file cannot be read",
      `name another one: hoist rollback ${key} --to REF`,
    );
  }
  const [json, old] = [mapJson(now), mapJson(then)];
  if ((json["type"] ?? "boolean") !== (old["type"] ?? "boolean")) {
    return refused("invalid", `${key} was of another type then, and a type never changes`, "edit the file by hand");
  }
  const wanted = environment === null ? servedAsIn(json, old) : overlaidAsIn(json, old, environment);
  return editFlag(tree, { key, json: wanted, mayChange: (name) => environment === null || name === environment });
}

function servedAsIn(json: JsonObject, old: JsonObject): JsonObject {
  const wanted: Record<string, JsonValue> = { ...json };
  for (const field of [...SERVED_FIELDS, "environments"]) {
    const value = old[field];
    if (value === undefined) delete wanted[field];
    else wanted[field] = value;
  }
  return wanted;
}

/** The overlay as it was where the base is the same; where the base has moved on, the overlay says what it said. */
function overlaidAsIn(json: JsonObject, old: JsonObject, environment: string): JsonObject {
  const overlays = mappingIn(json, "environments");
  const overlay: Record<string, JsonValue> = { ...mappingIn(overlays, environment) };
  const oldOverlay = mappingIn(mappingIn(old, "environments"), environment);
  for (const field of OVERLAY_FIELDS) {
    const served = oldOverlay[field] ?? old[field];
    const isServed = canonicalJson(overlay[field] ?? json[field]) === canonicalJson(served);
    if (isServed) continue;
    const fromBase = canonicalJson(json[field]) === canonicalJson(served) && oldOverlay[field] === undefined;
    if (fromBase) delete overlay[field];
    // Left out: no rules, and true as what is served.
    else overlay[field] = served ?? (field === "rules" ? [] : true);
  }
  const { [environment]: _, ...others } = overlays;
  const next = Object.keys(overlay).length === 0 ? others : { ...overlays, [environment]: overlay };
  const { environments: __, ...base } = json;
  return Object.keys(next).length === 0 ? base : { ...json, environments: next };
}

function mappingIn(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isJsonObject(value) ? value : {};
}
