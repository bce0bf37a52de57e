import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";
import type { Path } from "../load/tree.ts";

/** One step from one document to another, at the deepest path that must change. */
export type JsonStep =
  | { readonly kind: "replace"; readonly path: Path; readonly value: JsonValue }
  | { readonly kind: "insert"; readonly path: Path; readonly key: string; readonly value: JsonValue }
  | { readonly kind: "remove"; readonly path: Path; readonly key: string }
  /** In the list at `path`, `items` replace `count` items from `from` on. */
  | {
      readonly kind: "items";
      readonly path: Path;
      readonly from: number;
      readonly count: number;
      readonly items: readonly JsonValue[];
    };

/** Mappings whose order matters: the order of a split decides which buckets get which variant. */
const ORDERED: ReadonlySet<string> = new Set(["split"]);

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
  if (canonicalJson(before) !== canonicalJson(after)) return false;
  return !isOrdered(path) || sameOrder(before, after);
}

function isOrdered(path: Path): boolean {
  const last = path.at(-1);
  return typeof last === "string" && ORDERED.has(last);
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
    ...kept.flatMap((key) => stepsBetween([...path, key], before[key] ?? null, after[key] ?? null)),
    ...Object.entries(after)
      .filter(([key]) => !Object.hasOwn(before, key))
      .map(([key, value]) => ({ kind: "insert" as const, path, key, value })),
    ...Object.keys(before)
      .filter((key) => !Object.hasOwn(after, key))
      .map((key) => ({ kind: "remove" as const, path, key })),
  ];
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
  // With the same number of mappings, each old one became the new one at its position.
  if (old.length === items.length && old.every(isJsonObject) && items.every(isJsonObject)) {
    return old.flatMap((item, index) => stepsBetween([...path, start + index], item, items[index] ?? null));
  }
  return [{ kind: "items", path, from: start, count: old.length, items }];
}
