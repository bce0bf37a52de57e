import type { JsonObject, JsonValue } from "../../core/json.ts";

/** Where something stands in a text: offsets in UTF-16 code units, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A parsed document that remembers where everything stood. Holds nothing that JSON cannot say. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: ReadonlyMap<string, Entry>;
}

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
  /** Of no length where a value was left out. */
  readonly span: Span;
  readonly value: null | boolean | number | string;
}

export type Path = readonly (string | number)[];

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

export function mapJson(tree: MapTree): JsonObject {
  // Filled by hand: Object.fromEntries takes twice as long, and every file of the tree passes here.
  const json: Record<string, JsonValue> = {};
  for (const [name, { value }] of tree.entries) json[name] = treeJson(value);
  return json;
}

/** The span of the value at `path`; of the nearest existing parent's first key where the path ends early. */
export function valueSpan(root: Tree, path: Path): Span {
  return locate(root, path).value;
}

/** The span of the key that leads to `path`; of the item itself in a list. */
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

/** Where a thing begins: the first key of a mapping, else all of it. */
export function openingSpan(tree: Tree): Span {
  if (tree.kind !== "map") return tree.span;
  const [first] = tree.entries.values();
  return first?.key ?? tree.span;
}
