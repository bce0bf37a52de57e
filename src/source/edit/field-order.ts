import { isJsonObject, isList, type JsonValue } from "../../core/json.ts";
import type { Path } from "../load/tree.ts";

/** The fields of a flag file, in the customary order. */
export const FLAG_FIELDS = [
  "name",
  "description",
  "owner",
  "kind",
  "expires",
  "tags",
  "metadata",
  "type",
  "variants",
  "offVariant",
  "fallback",
  "client",
  "protected",
  "salt",
  "requires",
  "enabled",
  "rules",
  "rollout",
  "serve",
  "environments",
  "acknowledge",
  "tests",
] as const;
/** The fields that an overlay may replace. */
export const OVERLAY_FIELDS = ["enabled", "rules", "rollout", "serve"] as const;
/** The name of a field that an overlay may replace. */
export type OverlayField = (typeof OVERLAY_FIELDS)[number];
const RULE_FIELDS = ["name", "if", "rollout", "serve"] as const;
const PORTION_FIELDS = ["percentage", "by"] as const;

/** Returns the keys of the mapping at a path in the customary order. */
export type FieldOrder = (path: Path) => readonly string[];

/** Returns the order of the keys in a flag's file. @param environments  in the order of promotion */
export function fieldOrder(environments: readonly string[]): FieldOrder {
  return (path) => {
    const [first, , third] = path;
    if (path.length === 0) return FLAG_FIELDS;
    if (first === "acknowledge") return [...environments, "reason"];
    if (first === "environments") {
      if (path.length === 1) return environments;
      if (path.length === 2) return OVERLAY_FIELDS;
      return third === "rules" ? ruleOrder(path.slice(2)) : PORTION_FIELDS;
    }
    if (first === "rules") return ruleOrder(path);
    return first === "rollout" ? PORTION_FIELDS : [];
  };
}

function ruleOrder(path: Path): readonly string[] {
  if (path.length === 2) return RULE_FIELDS;
  return path.length === 3 && path[2] === "rollout" ? PORTION_FIELDS : [];
}

/** Sorts the keys of a value into the customary order, at any depth. Other keys come last. */
export function inOrder(value: JsonValue, path: Path, order: FieldOrder): JsonValue {
  if (isList(value)) return value.map((item, index) => inOrder(item, [...path, index], order));
  if (!isJsonObject(value)) return value;
  const names = order(path);
  const rank = (key: string) => (names.includes(key) ? names.indexOf(key) : names.length);
  const entries = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([key, member]) => [key, inOrder(member, [...path, key], order)]));
}

/** The keys that have an empty line above them, in files that separate sections with empty lines. */
export const SECTIONS: ReadonlySet<string> = new Set(["rules", "environments", "tests"]);
