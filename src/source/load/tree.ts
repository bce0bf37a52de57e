import type { JsonObject, JsonValue } from "../../core/json.ts";
import { setOwn } from "../../core/own.ts";

/** A place in a text: offsets in UTF-16 code units, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A parsed document with the place of each part. Contains only what JSON can express. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** The value of a key in a mapping, and the place of the key. */
export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Tree[];
}

export interface ScalarTree {
  readonly kind: "scalar";
  /** Empty if the value is missing. */
  readonly span: Span;
  readonly value: null | boolean | number | string;
}

/** The keys and list indexes that lead from the root to a value. */
export type Path = readonly (string | number)[];

/** Returns the value of a tree, without its places. */
export function treeJson(tree: Tree): JsonValue {
  switch (tree.kind) {
    case "scalar":
      return tree.value;
    case "list":
      return tree.items.map(treeJson);
    case "map":
      return mapJson(tree);
  }
}

/** Returns the value of a mapping, without its places. */
export function mapJson(tree: MapTree): JsonObject {
  // Object.fromEntries takes twice as long, and every file is converted.
  const json: Record<string, JsonValue> = {};
  for (const [name, { value }] of tree.entries) setOwn(json, name, treeJson(value));
  return json;
}

/** Returns the place of the value at `path`, or of the first key of its nearest existing parent. */
export function valueSpan(root: Tree, path: Path): Span {
  return locate(root, path).value;
}

/** Returns the place of the key that leads to `path`; in a list, of the item itself. */
export function keySpan(root: Tree, path: Path): Span {
  return locate(root, path).key;
}

function locate(root: Tree, path: Path): { readonly key: Span; readonly value: Span } {
  let node = root;
  let key = openingSpan(root);
  for (const step of path) {
    const entry = node.kind === "map" ? node.entries.get(String(step)) : undefined;
    const next = node.kind === "list" ? node.items[Number(step)] : entry?.value;
    if (next === undefined) return { key, value: key };
    key = entry?.key ?? openingSpan(next);
    node = next;
  }
  return { key, value: node.span.end > node.span.start ? node.span : key };
}

/** Returns the place of the first key of a mapping, or of any other tree as a whole. */
export function openingSpan(tree: Tree): Span {
  if (tree.kind !== "map") return tree.span;
  const [first] = tree.entries.values();
  return first?.key ?? tree.span;
}
