import type { JsonValue } from "../../core/json.ts";
import type { ListTree, Tree } from "../load/tree.ts";
import { linesBehind, withoutLines } from "./entry-edit.ts";
import { endOf } from "./layout.ts";
import { insertion, lineStart, newlineOf, type Splice } from "./splice.ts";
import { type BlockStyle, itemLines } from "./value-text.ts";

/** In a block list: other items in place of `count` items from `from` on. Some item stays. */
export function replaceItems(
  text: string,
  list: ListTree,
  { from, count, items }: { readonly from: number; readonly count: number; readonly items: readonly JsonValue[] },
  style: BlockStyle,
): readonly Splice[] {
  const [first] = list.items;
  if (first === undefined) return [];
  const indent = " ".repeat(dashOf(text, first) - lineStart(text, dashOf(text, first)));
  const lines = items.flatMap((item) => itemLines(item, style)).map((line) => indent + line);
  const gone = list.items.slice(from, from + count);
  const [firstGone, lastGone] = [gone[0], gone.at(-1)];
  const removed =
    firstGone === undefined || lastGone === undefined
      ? []
      : [withoutLines(text, dashOf(text, firstGone), endOf(text, lastGone))];
  if (lines.length === 0) return removed;
  const before = list.items[from - 1];
  const added =
    before === undefined
      ? insertion(lineStart(text, dashOf(text, first)), lines.map((line) => line + newlineOf(text)).join(""))
      : linesBehind(text, endOf(text, before), lines);
  return [added, ...removed];
}

/** Where the dash before an item stands. */
function dashOf(text: string, item: Tree): number {
  return Math.max(0, text.lastIndexOf("-", item.span.start - 1));
}
