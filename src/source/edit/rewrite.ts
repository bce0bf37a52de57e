import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import { type Entry, mapJson, type MapTree, type Path, type Tree, treeJson } from "../load/tree.ts";
import { parseFile } from "../load/yaml-profile.ts";
import { insertEntry, removeEntry, replaceValue } from "./entry-edit.ts";
import { type FieldOrder, inOrder, SECTIONS } from "./field-order.ts";
import { replaceItems } from "./item-edit.ts";
import { type JsonStep, stepsTo } from "./json-steps.ts";
import { endOf, indentOf, indentStep, isBlock, isFlow, padding } from "./layout.ts";
import { lineStart, type Splice, spliced } from "./splice.ts";
import { flowText } from "./value-text.ts";

/** More steps than any edit of a file that people write takes. */
const MOST_STEPS = 2_000;

/**
 * A text that says `wanted` instead, changed only where it must be: comments, empty lines, quotes, brackets, indentation and
 * line ends stay. Undefined where that cannot be done, so that nobody is handed a text that says something else.
 *
 * @param text  a flag's file without YAML problems
 */
export function rewritten(text: string, wanted: JsonObject, order: FieldOrder): string | undefined {
  let current = text;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
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

/** The top mapping of a text, where it is one and is YAML by our profile. */
export function rootOf(text: string): MapTree | undefined {
  const { tree, problems } = parsedText(text);
  return tree?.kind === "map" && problems.length === 0 ? tree : undefined;
}

function parsedText(text: string): ParsedFile {
  return parseFile({ path: "", kind: "file", bytes: new TextEncoder().encode(text) });
}

/** The value at a path, and whether it stands inside brackets. */
interface Place {
  readonly tree: Tree;
  /** The entry whose value it is, and the mapping around that; undefined for the root and for items of lists. */
  readonly entry: Entry | undefined;
  readonly around: MapTree | undefined;
  readonly inFlow: boolean;
}

function placeAt(text: string, root: MapTree, path: Path): Place | undefined {
  let place: Place = { tree: root, entry: undefined, around: undefined, inFlow: false };
  for (const step of path) {
    const { tree } = place;
    const inFlow = place.inFlow || isFlow(text, tree);
    const entry = tree.kind === "map" ? tree.entries.get(String(step)) : undefined;
    const next = tree.kind === "list" ? tree.items[Number(step)] : entry?.value;
    if (next === undefined) return undefined;
    place = { tree: next, entry, around: tree.kind === "map" ? tree : undefined, inFlow };
  }
  return place;
}

function splicesOf(text: string, root: MapTree, step: JsonStep, order: FieldOrder): readonly Splice[] {
  const place = placeAt(text, root, step.path);
  if (place === undefined) return [];
  const style = { pad: padding(text), step: indentStep(text, root), depth: 0 };
  const { tree, entry, around, inFlow } = place;
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
    // An empty block cannot be written: the mapping itself becomes {}.
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
    const list = placeAt(text, root, step.path.slice(0, -1))?.tree;
    if (list?.kind !== "list") return [];
    if (isBlock(text, list)) return replaceItems(text, list, { from: index, count: 1, items: [value] }, style);
    return [{ start: tree.span.start, end: endOf(text, tree), text: flowText(value, { ...style, inFlow: true }) }];
  }
}

/** The entry behind which a reader expects a key: of those that come before it, the last by order. */
function predecessor(map: MapTree, order: readonly string[], key: string): Entry | undefined {
  const rank = order.indexOf(key);
  if (rank === -1) return [...map.entries.values()].at(-1);
  const before = order.slice(0, rank).findLast((name) => map.entries.has(name));
  return before === undefined ? undefined : map.entries.get(before);
}

/** Whether a section that goes behind `after` is set off by an empty line, as the file does it with others. */
function isSpaced(text: string, root: MapTree, after: Entry | undefined): boolean {
  const entries = [...root.entries.values()];
  const next = after === undefined ? entries[0] : entries[entries.indexOf(after) + 1];
  return next === undefined ? entries.some((entry) => hasSpaceAbove(text, entry)) : hasSpaceAbove(text, next);
}

/** Comments above a key belong to it. */
function hasSpaceAbove(text: string, { key }: Entry): boolean {
  const above = text.slice(0, lineStart(text, key.start)).split("\n").slice(0, -1);
  const last = above.findLast((line) => !line.trimStart().startsWith("#"));
  return last !== undefined && last.trim() === "";
}

/** Overlays stand in braces on one line, unless they bring rules or their neighbours stand on lines of their own. */
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
