import type { Entry, MapTree, Tree } from "../load/tree.ts";
import { lineStart } from "./splice.ts";

/** Written with brackets: `{ a: 1 }`, `[a, b]`. Plain values and block collections never begin with one. */
export function isFlow(text: string, tree: Tree): boolean {
  return tree.kind !== "scalar" && (text[tree.span.start] === "{" || text[tree.span.start] === "[");
}

/** A mapping or list whose parts stand on lines of their own, by indentation. */
export function isBlock(text: string, tree: Tree): boolean {
  return tree.kind !== "scalar" && !isFlow(text, tree);
}

/** A text after `|` or `>`. */
export function isBlockScalar(text: string, tree: Tree): boolean {
  return tree.kind === "scalar" && /^[|>]/.test(text.slice(tree.span.start, tree.span.end));
}

/** `|+` and `>+`: the empty lines behind it are part of the value. */
function keepsEmptyLines(text: string, tree: Tree): boolean {
  return isBlockScalar(text, tree) && /^[|>][0-9]?\+/.test(text.slice(tree.span.start, tree.span.end));
}

/**
 * Where the last character of a value ends. A block's own span goes on through the comments and empty lines behind it;
 * those belong to whatever comes next.
 */
export function endOf(text: string, tree: Tree): number {
  if (tree.kind === "scalar") {
    return keepsEmptyLines(text, tree) || !isBlockScalar(text, tree)
      ? tree.span.end
      : tree.span.start + text.slice(tree.span.start, tree.span.end).trimEnd().length;
  }
  if (isFlow(text, tree)) return tree.span.end;
  const ends = tree.kind === "map" ? [...tree.entries.values()].map((e) => entryEnd(text, e)) : listEnds(text, tree);
  return Math.max(tree.span.start, ...ends);
}

function listEnds(text: string, tree: Tree & { kind: "list" }): readonly number[] {
  return tree.items.map((item) => endOf(text, item));
}

/** Where an entry ends: behind its value, or behind the colon of one that has none. */
export function entryEnd(text: string, entry: Entry): number {
  const { value } = entry;
  return value.span.end > value.span.start ? endOf(text, value) : behindColon(text, entry);
}

/** The offset behind the colon that follows a key. */
export function behindColon(text: string, { key }: Entry): number {
  const colon = text.indexOf(":", key.end);
  return colon === -1 ? key.end : colon + 1;
}

/** White space that puts a new entry into the column of a block mapping's others. */
export function indentOf(text: string, map: MapTree): string {
  const [first] = map.entries.values();
  return first === undefined ? "" : " ".repeat(first.key.start - lineStart(text, first.key.start));
}

/** By how much this file indents what stands inside a top-level key; two spaces where nothing tells. */
export function indentStep(text: string, root: MapTree): string {
  for (const { value } of root.entries.values()) {
    if (value.kind === "map" && isBlock(text, value)) {
      const inner = indentOf(text, value).length - indentOf(text, root).length;
      if (inner > 0) return " ".repeat(inner);
    }
  }
  return "  ";
}

/** `{ a: 1 }` or `{a: 1}`: as the file writes it, with spaces where it writes none. */
export function padding(text: string): "" | " " {
  return /\{[^\s{}]/.test(text) && !/\{ /.test(text) ? "" : " ";
}
