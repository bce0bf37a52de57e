import type { Entry, MapTree, Tree } from "../load/tree.ts";
import { lineStart } from "./splice.ts";

/** Returns whether a collection is written in brackets: `{ a: 1 }`, `[a, b]`. */
export function isFlow(text: string, tree: Tree): boolean {
  return tree.kind !== "scalar" && (text[tree.span.start] === "{" || text[tree.span.start] === "[");
}

/** Returns whether a mapping or list is written with one line per entry, by indentation. */
export function isBlock(text: string, tree: Tree): boolean {
  return tree.kind !== "scalar" && !isFlow(text, tree);
}

/** Returns whether a value is a block scalar, which is text after `|` or `>`. */
export function isBlockScalar(text: string, tree: Tree): boolean {
  return tree.kind === "scalar" && /^[|>]/.test(text.slice(tree.span.start, tree.span.end));
}

/**
 * Returns the offset after the last character of a value. The span of a block also contains the comments and empty lines after
 * it, which belong to the next entry.
 */
export function endOf(text: string, tree: Tree): number {
  const { start, end } = tree.span;
  if (tree.kind === "scalar") {
    const written = text.slice(start, end);
    // Empty lines after a block scalar belong to it only with "+".
    return isBlockScalar(text, tree) && !/^.[0-9]?\+/.test(written) ? start + written.trimEnd().length : end;
  }
  if (isFlow(text, tree)) return end;
  const ends =
    tree.kind === "map"
      ? Array.from(tree.entries.values(), (entry) => entryEnd(text, entry))
      : tree.items.map((item) => endOf(text, item));
  return Math.max(start, ...ends);
}

/** Returns the offset after an entry: after its value, or after the colon when it has none. */
export function entryEnd(text: string, entry: Entry): number {
  const { value } = entry;
  return value.span.end > value.span.start ? endOf(text, value) : behindColon(text, entry);
}

/** Returns the offset after the colon of a key. */
export function behindColon(text: string, { key }: Entry): number {
  const colon = text.indexOf(":", key.end);
  return colon === -1 ? key.end : colon + 1;
}

/** Returns the white space that aligns a new entry with the others of a block mapping. */
export function indentOf(text: string, map: MapTree): string {
  const [first] = map.entries.values();
  return first === undefined ? "" : " ".repeat(first.key.start - lineStart(text, first.key.start));
}

/** Returns the indentation that the file uses below a top-level key; two spaces when it has none. */
export function indentStep(text: string, root: MapTree): string {
  for (const { value } of root.entries.values()) {
    if (value.kind === "map" && isBlock(text, value)) {
      const inner = indentOf(text, value).length - indentOf(text, root).length;
      if (inner > 0) return " ".repeat(inner);
    }
  }
  return "  ";
}

/** Returns the white space inside braces as the file writes it, `{ a: 1 }` or `{a: 1}`; a space when it has no braces. */
export function padding(text: string): "" | " " {
  return /\{[^\s{}]/.test(text) && !/\{ /.test(text) ? "" : " ";
}
