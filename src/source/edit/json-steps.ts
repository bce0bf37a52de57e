import { isJsonObject, isList, sameJson, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { Path } from "../load/tree.ts";
import { own } from "../../core/own.ts";

/** One step from one document to another, at the deepest path that must change. */
export type JsonStep =
  /** The value at `path` is replaced, inserted, or (undefined) removed. */
  | { readonly kind: "replace" | "insert" | "remove"; readonly path: Path; readonly value: JsonValue | undefined }
  /** In the list at `path`, `items` replace `count` items from `from` on. */
  | {
      readonly kind: "items";
      readonly path: Path;
      readonly from: number;
      readonly count: number;
      readonly items: readonly JsonValue[];
    };

/** Returns the smallest steps from `before` to `after`: replaced values, then new keys, then removed keys. */
export function stepsTo(before: JsonObject, after: JsonObject): readonly JsonStep[] {
  const found = stepsBetween([], before, after);
  const rank = { replace: 0, items: 1, insert: 2, remove: 3 };
  return found.toSorted((a, b) => rank[a.kind] - rank[b.kind]);
}

function stepsBetween(path: Path, before: JsonValue, after: JsonValue): readonly JsonStep[] {
  if (isSame(path, before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) return mappingSteps(path, before, after);
  if (isList(before) && isList(after)) return listSteps(path, before, after);
  return [{ kind: "replace", path, value: after }];
}

function isSame(path: Path, before: JsonValue, after: JsonValue): boolean {
  return sameJson(before, after) && (!isOrdered(path) || sameOrder(before, after));
}

/** Returns whether the order of a mapping matters: the order of a split decides which buckets get which variant. */
function isOrdered(path: Path): boolean {
  return path.at(-1) === "split";
}

function sameOrder(before: JsonValue, after: JsonValue): boolean {
  if (!isJsonObject(before) || !isJsonObject(after)) return true;
  return Object.keys(before).join("\n") === Object.keys(after).join("\n");
}

function mappingSteps(path: Path, before: JsonObject, after: JsonObject): readonly JsonStep[] {
  const kept = Object.keys(before).filter((key) => Object.hasOwn(after, key));
  const isOther = path.length > 0 && (kept.length === 0 || (isOrdered(path) && !sameOrder(before, after)));
  if (isOther) return [{ kind: "replace", path, value: after }];
  return [
    ...kept.flatMap((key) => stepsBetween([...path, key], own(before, key) ?? null, own(after, key) ?? null)),
    ...addedKeys(before, after).map((key) => ({
      kind: "insert" as const,
      path: [...path, key],
      value: own(after, key),
    })),
    ...addedKeys(after, before).map((key) => ({ kind: "remove" as const, path: [...path, key], value: undefined })),
  ];
}

function addedKeys(before: JsonObject, after: JsonObject): readonly string[] {
  return Object.keys(after).filter((key) => !Object.hasOwn(before, key));
}

function listSteps(path: Path, before: readonly JsonValue[], after: readonly JsonValue[]): readonly JsonStep[] {
  if (before.length === 0 || after.length === 0) return [{ kind: "replace", path, value: after }];
  const texts = (list: readonly JsonValue[]) => list.map((item) => JSON.stringify(item));
  const [was, is] = [texts(before), texts(after)];
  const shorter = Math.min(was.length, is.length);
  let start = 0;
  while (start < shorter && was[start] === is[start]) start += 1;
  let end = 0;
  while (end < shorter - start && was[was.length - 1 - end] === is[is.length - 1 - end]) end += 1;
  const [old, items] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  // If there are as many new mappings as old ones, each old mapping became the new one at its position.
  if (old.length === items.length && old.every(isJsonObject) && items.every(isJsonObject)) {
    return old.flatMap((item, index) => stepsBetween([...path, start + index], item, items[index] ?? null));
  }
  return [{ kind: "items", path, from: start, count: old.length, items }];
}
