import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";
import { type Entry, mapJson, type MapTree, type Path, type Tree, treeJson } from "../load/tree.ts";
import { parseFile } from "../load/yaml-profile.ts";
import { type FieldOrder, inOrder, SECTIONS } from "./field-order.ts";
import { type JsonStep, stepsTo } from "./json-steps.ts";
import { endOf, indentOf, indentStep, isBlock, isFlow, padding } from "./layout.ts";
import { lineStart, type Splice, spliced } from "./splice.ts";
import { flowText } from "./value-text.ts";
import { insertEntry, removeEntry, replaceItems, replaceValue } from "./yaml-edit.ts";

/** Guards against steps that undo each other; no real edit needs as many. */
const MAX_STEPS = 2_000;

/**
 * Changes a YAML text so that it says `wanted`, and only where it must be changed: comments, empty lines, quotes, brackets,
 * indentation and line ends stay. Undefined when that is impossible.
 *
 * @param text  a flag's file without YAML problems
 */
export function rewritten(text: string, wanted: JsonObject, order: FieldOrder): string | undefined {
  let current = text;
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const root = rootOf(current);
    if (root === undefined) return undefined;
    const [step] = stepsTo(mapJson(root), wanted);
    if (step === undefined) return current;
    const next = spliced(current, splicesOf(current, root, step, order));
    if (next === current) return undefined;
    current = next;
  }
  return undefined;
}

/** Parses a text whose top is a mapping; undefined for any other, and for YAML outside the profile. */
export function rootOf(text: string): MapTree | undefined {
  const { tree, problems } = parseFile({ path: "", kind: "file", bytes: new TextEncoder().encode(text) });
  return tree?.kind === "map" && problems.length === 0 ? tree : undefined;
}

/** A value inside a document. */
interface Node {
  readonly tree: Tree;
  /** The entry whose value it is, and the mapping around that entry; undefined for the root and for list items. */
  readonly entry: Entry | undefined;
  readonly around: MapTree | undefined;
  /** Whether it is inside brackets. */
  readonly inFlow: boolean;
}

function nodeAt(text: string, root: MapTree, path: Path): Node | undefined {
  let node: Node = { tree: root, entry: undefined, around: undefined, inFlow: false };
  for (const step of path) {
    const { tree } = node;
    const inFlow = node.inFlow || isFlow(text, tree);
    const entry = tree.kind === "map" ? tree.entries.get(String(step)) : undefined;
    const next = tree.kind === "list" ? tree.items[Number(step)] : entry?.value;
    if (next === undefined) return undefined;
    node = { tree: next, entry, around: tree.kind === "map" ? tree : undefined, inFlow };
  }
  return node;
}

function splicesOf(text: string, root: MapTree, step: JsonStep, order: FieldOrder): readonly Splice[] {
  const node = nodeAt(text, root, step.path);
  if (node === undefined) return [];
  const style = { pad: padding(text), step: indentStep(text, root), depth: 0 };
  const { tree, entry, around, inFlow } = node;
  if (step.kind === "insert") {
    if (tree.kind !== "map") return [];
    const after = predecessor(tree, order(step.path), step.key);
    const spaced = step.path.length === 0 && SECTIONS.has(step.key) && isSpaced(text, root, after);
    const value = inOrder(step.value, [...step.path, step.key], order);
    const depth = depthOf(text, tree, step);
    return insertEntry(text, tree, after, { key: step.key, value, spaced }, { ...style, depth });
  }
  if (step.kind === "remove") {
    if (tree.kind !== "map") return [];
    // An empty block mapping cannot be written, so the mapping becomes {}.
    return tree.entries.size === 1 ? replaced({}) : removeEntry(text, tree, step.key);
  }
  if (step.kind === "items") {
    if (tree.kind !== "list") return [];
    if (isBlock(text, tree) && step.count < tree.items.length) return replaceItems(text, tree, step, style);
    const json = tree.items.map(treeJson);
    return replaced([...json.slice(0, step.from), ...step.items, ...json.slice(step.from + step.count)]);
  }
  return replaced(step.value);

  function replaced(value: JsonValue): readonly Splice[] {
    const key = step.path.at(-1);
    if (typeof key === "number") return replacedItem(key, value);
    if (entry === undefined || around === undefined || key === undefined) return [];
    return replaceValue(text, key, entry, value, { ...style, inFlow, indent: indentOf(text, around) });
  }

  function replacedItem(index: number, value: JsonValue): readonly Splice[] {
    const list = nodeAt(text, root, step.path.slice(0, -1))?.tree;
    if (list?.kind !== "list") return [];
    if (isBlock(text, list)) return replaceItems(text, list, { from: index, count: 1, items: [value] }, style);
    return [{ start: tree.span.start, end: endOf(text, tree), text: flowText(value, { ...style, inFlow: true }) }];
  }
}

/** Returns the entry after which a reader expects a key; undefined when the key comes first. */
function predecessor(map: MapTree, order: readonly string[], key: string): Entry | undefined {
  const rank = order.indexOf(key);
  if (rank === -1) return [...map.entries.values()].at(-1);
  const before = order.slice(0, rank).findLast((name) => map.entries.has(name));
  return before === undefined ? undefined : map.entries.get(before);
}

/** Whether a section inserted after `after` gets an empty line above it, as other sections of the file have. */
function isSpaced(text: string, root: MapTree, after: Entry | undefined): boolean {
  const entries = [...root.entries.values()];
  const next = after === undefined ? entries[0] : entries[entries.indexOf(after) + 1];
  return next === undefined ? entries.some((entry) => hasSpaceAbove(text, entry)) : hasSpaceAbove(text, next);
}

/** Comments directly above a key belong to it. */
function hasSpaceAbove(text: string, { key }: Entry): boolean {
  const above = text.slice(0, lineStart(text, key.start)).split("\n").slice(0, -1);
  const last = above.findLast((line) => !line.trimStart().startsWith("#"));
  return last !== undefined && last.trim() === "";
}

/** Overlays are written in braces on one line, unless they contain rules or other overlays span several lines. */
function depthOf(text: string, map: MapTree, { path, key, value }: JsonStep & { readonly kind: "insert" }): number {
  const hasRules = (overlay: JsonValue) =>
    isJsonObject(overlay) && isList(overlay["rules"]) && overlay["rules"].length > 0;
  if (path.length === 0 && key === "environments") {
    return isJsonObject(value) && Object.values(value).some(hasRules) ? 2 : 1;
  }
  if (path.length !== 1 || path[0] !== "environments") return 0;
  const neighbours = [...map.entries.values()].map((entry) => entry.value);
  return hasRules(value) || neighbours.some((tree) => isBlock(text, tree)) ? 1 : 0;
}
