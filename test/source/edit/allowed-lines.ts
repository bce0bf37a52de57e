import { rootOf } from "../../../src/source/edit/rewrite.ts";
import type { Tree } from "../../../src/source/load/tree.ts";

/**
 * The lines of a text, from 1, on which an edit of these keys may write: those of the key and its value; where an outer
 * mapping is in brackets, all of its lines; of a key that is not there, those of the innermost bracketed mapping around it.
 */
export function allowedLines(text: string, paths: readonly (readonly string[])[]): ReadonlySet<number> {
  const lines = new Set<number>();
  const root = rootOf(text);
  if (root === undefined) throw new Error(`not a mapping:\n${text}`);
  const add = (start: number, end: number) => {
    for (let line = lineOf(text, start); line <= lineOf(text, end); line += 1) lines.add(line);
  };
  for (const path of paths) {
    let tree: Tree = root;
    if (text[root.span.start] === "{") add(root.span.start, root.span.end - 1);
    for (const [depth, key] of path.entries()) {
      const entry: { readonly key: { readonly start: number }; readonly value: Tree } | undefined =
        tree.kind === "map" ? tree.entries.get(key) : undefined;
      if (entry === undefined) break;
      const isBracketed = entry.value.kind !== "scalar" && /[{[]/.test(text[entry.value.span.start] ?? "");
      // A mapping that had or has nothing but the edited key comes and goes with it.
      const isOnly = entry.value.kind === "map" && entry.value.entries.size === 1;
      if (depth === path.length - 1 || isBracketed || isOnly) add(entry.key.start, lastOf(text, entry.value));
      tree = entry.value;
    }
  }
  return lines;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** The offset of the last character that belongs to a value, comments behind it left out. */
function lastOf(text: string, tree: Tree): number {
  const { start, end } = tree.span;
  if (tree.kind === "scalar" || /[{[]/.test(text[start] ?? "")) {
    return start + Math.max(0, text.slice(start, end).trimEnd().length - 1);
  }
  const inside = tree.kind === "list" ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  return Math.max(start, ...inside.map((value) => lastOf(text, value)));
}
