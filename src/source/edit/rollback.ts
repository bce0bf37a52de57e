import type { FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, sameJson } from "../../core/json.ts";
import { mapJson } from "../load/tree.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { editFlag, findFlag } from "./edit-flag.ts";
import { type Edited, refused } from "./edit-result.ts";
import { FLAG_FIELDS, OVERLAY_FIELDS } from "./field-order.ts";
import { mappingIn, overlayIn, withField, withOverlay } from "./flag-json.ts";
import type { FlagTree } from "./flag-tree.ts";
import { rootOf } from "./rewrite.ts";
import { own } from "../../core/own.ts";

/** The fields that a rollback leaves alone. Overlays are compared and restored separately. */
const NOT_SERVED: ReadonlySet<string> = new Set<keyof FlagFile>([
  "name",
  "description",
  "owner",
  "kind",
  "expires",
  "tags",
  "metadata",
  "type",
  "environments",
  "acknowledge",
  "tests",
]);
/** The fields of the base that an answer depends on. */
const SERVED_FIELDS = FLAG_FIELDS.filter((field) => !NOT_SERVED.has(field));

/**
 * Returns everything in a file that answers depend on, as text for comparison: for one environment, or (null) for the base and
 * all overlays. Returns undefined for a file that cannot be read.
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
  const overlay = overlayIn(json, environment);
  return OVERLAY_FIELDS.map((field) => overlay[field] ?? json[field] ?? null);
}

/**
 * Restores what a flag served in an earlier version of its file, with the smallest edit. Name, description, owner, tests and
 * comments stay.
 *
 * @param earlier      the text of that version
 * @param environment  the only environment to restore; null for the base and all overlays
 */
export function rollBack(tree: FlagTree, key: FlagKey, earlier: string, environment: string | null): Edited {
  const { json } = findFlag(tree, key, environment);
  const root = rootOf(earlier);
  if (root === undefined) {
    const hint = `choose another version: hoist rollback ${key} --to REF`;
    throw refused("INVALID_FLAGS", "the earlier version of the file cannot be read", hint);
  }
  const old = mapJson(root);
  if ((json["type"] ?? "boolean") !== (old["type"] ?? "boolean")) {
    const message = `${key} had a different type in that version, and the type of a flag cannot change`;
    throw refused("INVALID_FLAGS", message, "edit the file yourself");
  }
  const wanted =
    environment === null
      ? [...SERVED_FIELDS, "environments"].reduce((next, field) => withField(next, field, own(old, field)), json)
      : withOverlay(json, environment, overlayAsIn(json, old, environment));
  return editFlag(tree, { key, json: wanted, environment });
}

/**
 * Returns an overlay that makes an environment serve the same as before. A field that the old overlay did not have is
 * removed if the base still has the same value; otherwise it gets the value of the old base.
 */
function overlayAsIn(json: JsonObject, old: JsonObject, environment: string): JsonObject {
  let overlay = overlayIn(json, environment);
  const oldOverlay = overlayIn(old, environment);
  for (const field of OVERLAY_FIELDS) {
    const served = oldOverlay[field] ?? old[field];
    if (sameJson(overlay[field] ?? json[field], served)) continue;
    const isFromBase = sameJson(json[field], served) && oldOverlay[field] === undefined;
    // An absent field means no rules, and serve: true.
    overlay = withField(overlay, field, isFromBase ? undefined : (served ?? (field === "rules" ? [] : true)));
  }
  return overlay;
}
