import type { JsonValue } from "../../core/json.ts";
import type { Entry, ListTree, MapTree, Tree } from "../load/tree.ts";
import { behindColon, endOf, entryEnd, indentOf, isBlock, isBlockScalar, isFlow } from "./layout.ts";
import { type BlockStyle, entryLines, flowText, itemLines, keyScalar, sameQuotes } from "./value-text.ts";
import { insertion, isFirstOnLine, lineEnd, lineStart, newlineOf, nextLine, type Splice } from "./splice.ts";

/** Replaces the value of an existing key. */
export function replaceValue(
  text: string,
  key: string,
  entry: Entry,
  value: JsonValue,
  style: BlockStyle & { readonly inFlow: boolean; readonly indent: string },
): readonly Splice[] {
  const colon = behindColon(text, entry);
  const { span } = entry.value;
  const old = entry.value;
  const isWritten = span.end > span.start;
  const [, ...below] = style.inFlow ? [] : entryLines(key, value, style);
  if (below.length > 0) {
    const newline = newlineOf(text);
    const lines = below.map((line) => newline + style.indent + line).join("");
    const from = isWritten && span.start < lineEnd(text, colon) ? colon : lineEnd(text, colon);
    return [{ start: from, end: Math.max(from, entryEnd(text, entry)), text: lines }];
  }
  const written =
    typeof value === "string" && isWritten
      ? sameQuotes(text.slice(span.start, span.end), value, style.inFlow)
      : flowText(value, style);
  if (!isWritten) return [insertion(colon, ` ${written}`)];
  if (!isBlock(text, old)) {
    const end = endOf(text, old);
    // A block scalar with "+" includes its final line ending, which the line still needs.
    const after = isBlockScalar(text, old) && text[end - 1] === "\n" ? newlineOf(text) : "";
    return [{ start: span.start, end, text: written + after }];
  }
  const endOfKeyLine = lineEnd(text, colon);
  return [insertion(colon, ` ${written}`), { start: endOfKeyLine, end: endOf(text, old), text: "" }];
}

/** Inserts lines after the line that contains the offset `end`. */
function linesBehind(text: string, end: number, lines: readonly string[]): Splice {
  const newline = newlineOf(text);
  // After a block scalar with "+", a new line has already begun.
  if (end > 0 && text[end - 1] === "\n") return insertion(end, lines.map((line) => line + newline).join(""));
  return insertion(lineEnd(text, end), lines.map((line) => newline + line).join(""));
}

/**
 * Removes whole lines, from the one around `from` to the one around `to`. If the removal would leave two adjacent empty
 * lines, one of them is removed too.
 */
function withoutLines(text: string, from: number, to: number): Splice {
  let start = lineStart(text, from);
  const end = to > from && text[to - 1] === "\n" ? to : nextLine(text, to);
  const before = start > 0 ? text.slice(lineStart(text, start - 1), start) : "";
  const after = text.slice(end, nextLine(text, end));
  const meetEmpty = before !== "" && before.trim() === "" && after.trim() === "";
  if (meetEmpty) start -= before.length;
  // If the text has no final line ending, the line before the removed ones becomes the last and loses its own.
  const isUnended = end === text.length && !text.endsWith("\n") && start > 0;
  if (isUnended) start -= text[start - 2] === "\r" ? 2 : 1;
  return { start, end, text: "" };
}

/** Adds a key to a mapping, after `after`, or as the first key when that is undefined. */
export function insertEntry(
  text: string,
  map: MapTree,
  after: Entry | undefined,
  entry: { readonly key: string; readonly value: JsonValue; readonly spaced: boolean },
  style: BlockStyle,
): readonly Splice[] {
  if (isFlow(text, map)) return insertInFlow(text, map, after, entry, style);
  const indent = indentOf(text, map);
  const lines = entryLines(entry.key, entry.value, style).map((line) => indent + line);
  if (after !== undefined) return [linesBehind(text, entryEnd(text, after), entry.spaced ? ["", ...lines] : lines)];
  const [first] = map.entries.values();
  if (first === undefined) return [];
  // The first key of a list item follows a dash, so a new first key takes its place.
  const joined = lines.join(newlineOf(text)).trimStart();
  return [insertion(first.key.start, `${joined}${newlineOf(text)}${indent}`)];
}

function insertInFlow(
  text: string,
  map: MapTree,
  after: Entry | undefined,
  { key, value }: { readonly key: string; readonly value: JsonValue },
  { pad }: BlockStyle,
): readonly Splice[] {
  const written = `${keyScalar(key)}: ${flowText(value, { inFlow: true, pad })}`;
  const [first] = map.entries.values();
  if (first === undefined) return [{ ...map.span, text: `{${pad}${written}${pad}}` }];
  const newline = newlineOf(text);
  const ownLine = (entry: Entry) =>
    isFirstOnLine(text, entry.key.start) && lineStart(text, entry.key.start) > map.span.start
      ? text.slice(lineStart(text, entry.key.start), entry.key.start)
      : undefined;
  if (after === undefined) {
    const indent = ownLine(first);
    return [insertion(first.key.start, indent === undefined ? `${written}, ` : `${written},${newline}${indent}`)];
  }
  const end = entryEnd(text, after);
  const indent = ownLine(after);
  if (indent === undefined) return [insertion(end, `, ${written}`)];
  const [comma] = /^[ \t]*,/.exec(text.slice(end)) ?? [""];
  const line = lineEnd(text, end);
  // Another entry or the closing brace follows on the same line.
  if (/^[ \t]*[^#\s]/.test(text.slice(end + comma.length, line))) return [insertion(end, `, ${written}`)];
  return comma === ""
    ? [insertion(end, ","), insertion(line, newline + indent + written)]
    : [insertion(line, `${newline}${indent}${written},`)];
}

/** Removes a key and its value from a mapping that has others. */
export function removeEntry(text: string, map: MapTree, key: string): readonly Splice[] {
  const names = [...map.entries.keys()];
  const entries = [...map.entries.values()];
  const at = names.indexOf(key);
  const [entry, next, previous] = [entries[at], entries[at + 1], entries[at - 1]];
  if (entry === undefined) return [];
  const end = entryEnd(text, entry);
  if (!isFlow(text, map)) {
    if (isFirstOnLine(text, entry.key.start)) return [withoutLines(text, entry.key.start, end)];
    return next === undefined ? [] : [{ start: entry.key.start, end: next.key.start, text: "" }];
  }
  const isAlone =
    isFirstOnLine(text, entry.key.start) && /^[ \t]*,?[ \t]*(?:#.*)?$/.test(text.slice(end, lineEnd(text, end)));
  if (isAlone) return [withoutLines(text, entry.key.start, end)];
  if (next !== undefined) return [{ start: entry.key.start, end: next.key.start, text: "" }];
  return previous === undefined ? [] : [{ start: entryEnd(text, previous), end, text: "" }];
}

/** Replaces `count` items of a block list, from `from` on. At least one item must remain. */
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

/** Returns the offset of the dash before an item. */
function dashOf(text: string, item: Tree): number {
  return Math.max(0, text.lastIndexOf("-", item.span.start - 1));
}
