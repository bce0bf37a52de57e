import type { FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { mapJson } from "../load/tree.ts";
import { editFlag, findFlag } from "./edit-flag.ts";
import { type EditResult, refused } from "./edit-result.ts";
import { OVERLAY_FIELDS } from "./field-order.ts";
import { mappingIn } from "./flag-json.ts";
import type { FlagTree } from "./flag-tree.ts";
import { rootOf } from "./rewrite.ts";

/** The fields of the base that an answer depends on. A rollback leaves all others alone. */
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

/**
 * Returns everything in a file that answers depend on, as text for comparison: for one environment, or (null) for the base and
 * all overlays. Undefined for a file that cannot be read.
 */
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

/** Returns the four fields that an overlay may replace, as one environment has them. */
function inEnvironment(json: JsonObject, environment: string): readonly (JsonValue | null)[] {
  const overlay = mappingIn(mappingIn(json, "environments"), environment);
  return OVERLAY_FIELDS.map((field) => overlay[field] ?? json[field] ?? null);
}

/**
 * Restores what a flag served in an earlier version of its file, with the smallest edit. Name, description, owner, tests and
 * comments stay.
 *
 * @param earlier      the text of that version
 * @param environment  the only environment to restore; null for the base and all overlays
 */
export function rollBack(tree: FlagTree, key: FlagKey, earlier: string, environment: string | null): EditResult {
  const found = findFlag(tree, key, environment);
  if (!found.ok) return found;
  const root = rootOf(earlier);
  if (root === undefined) {
    const hint = `choose another version: hoist rollback ${key} --to REF`;
    return refused("INVALID_FLAGS", "the earlier version of the file cannot be read", hint);
  }
  const [json, old] = [found.json, mapJson(root)];
  if ((json["type"] ?? "boolean") !== (old["type"] ?? "boolean")) {
    const message = `${key} had another type in that version, and the type of a flag cannot change`;
    return refused("INVALID_FLAGS", message, "edit the file yourself");
  }
  const wanted = environment === null ? servedAsIn(json, old) : overlaidAsIn(json, old, environment);
  return editFlag(tree, { key, json: wanted, environment });
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

/**
 * Restores one overlay. A field that the overlay did not have is removed where the base still says the same, else written
 * with the value that it had in the old base.
 */
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
    // An absent field means no rules, and serve: true.
    else overlay[field] = served ?? (field === "rules" ? [] : true);
  }
  const { [environment]: _, ...others } = overlays;
  const next = Object.keys(overlay).length === 0 ? others : { ...overlays, [environment]: overlay };
  const { environments: __, ...base } = json;
  return Object.keys(next).length === 0 ? base : { ...json, environments: next };
}
