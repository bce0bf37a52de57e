import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { type Entry, type ListTree, mapJson, type MapTree, type Path, type Tree, treeJson } from "../load/tree.ts";
import { parseFile } from "../load/yaml-profile.ts";
import { type FieldOrder, inOrder, SECTIONS } from "./field-order.ts";
import { type JsonStep, stepsTo } from "./json-steps.ts";
import { endOf, indentOf, indentStep, isBlock, isFlow, padding } from "./layout.ts";
import { lineStart, type Splice, spliced } from "./splice.ts";
import { type BlockStyle, flowText } from "./value-text.ts";
import { insertEntry, removeEntry, replaceItems, replaceValue } from "./yaml-edit.ts";

/** The maximum number of steps, which stops steps that undo each other. No real edit needs this many. */
const MAX_STEPS = 2_000;

/**
 * Changes the content of a YAML text to `wanted`. Changes nothing else: comments, empty lines, quotes, brackets,
 * indentation and line endings stay. Returns undefined when that is impossible.
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
    const style = { pad: padding(current), step: indentStep(current, root), depth: 0 };
    const next = spliced(current, splicesOf({ text: current, root, order, ...style }, step));
    if (next === current) return undefined;
    current = next;
  }
  return undefined;
}

/** Parses YAML whose top-level value is a mapping; returns undefined for anything else that flag files do not accept. */
export function rootOf(text: string): MapTree | undefined {
  const { tree, problems } = parseFile({ path: "", kind: "file", bytes: new TextEncoder().encode(text) });
  return tree?.kind === "map" && problems.length === 0 ? tree : undefined;
}

/** A document and how its values are laid out. */
interface Layout extends BlockStyle {
  readonly text: string;
  readonly root: MapTree;
  readonly order: FieldOrder;
}

/** Returns the collections around the value at a path, from the root inwards; undefined when one does not exist. */
function collectionsAround(root: MapTree, path: Path): readonly Tree[] | undefined {
  const found: Tree[] = [root];
  let tree: Tree | undefined = root;
  for (const step of path.slice(0, -1)) {
    if (tree.kind === "list") tree = tree.items[Number(step)];
    else tree = tree.kind === "map" ? tree.entries.get(String(step))?.value : undefined;
    if (tree === undefined) return undefined;
    found.push(tree);
  }
  return found;
}

function splicesOf(layout: Layout, step: JsonStep): readonly Splice[] {
  if (step.kind !== "items") return setAt(layout, step.path, step.value);
  const { path, from, count, items } = step;
  const list = collectionsAround(layout.root, [...path, from])?.at(-1);
  if (list?.kind !== "list") return [];
  if (isBlock(layout.text, list) && count < list.items.length) return replaceItems(layout.text, list, step, layout);
  return setAt(layout, path, list.items.map(treeJson).toSpliced(from, count, ...items));
}

/** Replaces, inserts or (undefined) removes the value at a path. */
function setAt(layout: Layout, path: Path, value: JsonValue | undefined): readonly Splice[] {
  const { text, root } = layout;
  const around = collectionsAround(root, path);
  const [parent, key] = [around?.at(-1), path.at(-1)];
  if (around === undefined || parent === undefined || key === undefined) return [];
  if (parent.kind === "list") return value === undefined ? [] : replaceItem(layout, parent, Number(key), value);
  if (parent.kind !== "map" || typeof key !== "string") return [];
  const entry = parent.entries.get(key);
  if (value === undefined) {
    // An empty block mapping cannot be written, so the mapping becomes {}.
    return parent.entries.size === 1 ? setAt(layout, path.slice(0, -1), {}) : removeEntry(text, parent, key);
  }
  if (entry !== undefined) {
    const inFlow = around.some((tree) => isFlow(text, tree));
    return replaceValue(text, key, entry, value, { ...layout, inFlow, indent: indentOf(text, parent) });
  }
  const after = predecessor(parent, layout.order(path.slice(0, -1)), key);
  const spaced = path.length === 1 && SECTIONS.has(key) && isSpaced(text, root, after);
  const ordered = inOrder(value, path, layout.order);
  const depth = depthOf(text, parent, path, value);
  return insertEntry(text, parent, after, { key, value: ordered, spaced }, { ...layout, depth });
}

function replaceItem(layout: Layout, list: ListTree, index: number, value: JsonValue): readonly Splice[] {
  const { text, pad } = layout;
  if (isBlock(text, list)) return replaceItems(text, list, { from: index, count: 1, items: [value] }, layout);
  const item = list.items[index];
  if (item === undefined) return [];
  return [{ start: item.span.start, end: endOf(text, item), text: flowText(value, { pad, inFlow: true }) }];
}

/** Returns the entry after which a reader expects a key; undefined when the key comes first. */
function predecessor(map: MapTree, order: readonly string[], key: string): Entry | undefined {
  const rank = order.indexOf(key);
  if (rank === -1) return [...map.entries.values()].at(-1);
  const before = order.slice(0, rank).findLast((name) => map.entries.has(name));
  return before === undefined ? undefined : map.entries.get(before);
}

/** Returns whether a section inserted after `after` gets an empty line above it, as other sections of the file have. */
function isSpaced(text: string, root: MapTree, after: Entry | undefined): boolean {
  const entries = [...root.entries.values()];
  const next = after === undefined ? entries[0] : entries[entries.indexOf(after) + 1];
  return next === undefined ? entries.some((entry) => hasSpaceAbove(text, entry)) : hasSpaceAbove(text, next);
}

/** Returns whether an empty line precedes an entry. Comments directly above its key belong to the entry. */
function hasSpaceAbove(text: string, { key }: Entry): boolean {
  const above = text.slice(0, lineStart(text, key.start)).split("\n").slice(0, -1);
  const last = above.findLast((line) => !line.trimStart().startsWith("#"));
  return last !== undefined && last.trim() === "";
}

/**
 * Returns how many levels of a new value get one line per entry. Overlays are written in braces on one line, unless they
 * contain rules or other overlays span several lines.
 */
function depthOf(text: string, map: MapTree, path: Path, value: JsonValue): number {
  const hasRules = (overlay: JsonValue) =>
    isJsonObject(overlay) && isList(overlay["rules"]) && overlay["rules"].length > 0;
  if (path.length > 2 || path[0] !== "environments") return 0;
  if (path.length === 1) return isJsonObject(value) && Object.values(value).some(hasRules) ? 2 : 1;
  const neighbours = [...map.entries.values()].map((entry) => entry.value);
  return hasRules(value) || neighbours.some((tree) => isBlock(text, tree)) ? 1 : 0;
}
