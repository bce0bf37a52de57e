import type { JsonValue } from "../../core/json.ts";
import type { Entry, MapTree } from "../load/tree.ts";
import { behindColon, endOf, entryEnd, indentOf, isBlock, isBlockScalar, isFlow } from "./layout.ts";
import { type BlockStyle, entryLines, flowText, keyScalar, sameQuotes } from "./value-text.ts";
import { insertion, isFirstOnLine, lineEnd, lineStart, newlineOf, nextLine, type Splice } from "./splice.ts";

/** Puts another value behind a key that is there. */
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
    // A text that keeps the empty lines behind it ends with a line end, which the line still needs.
    const after = isBlockScalar(text, old) && text[end - 1] === "\n" ? newlineOf(text) : "";
    return [{ start: span.start, end, text: written + after }];
  }
  const endOfKeyLine = lineEnd(text, colon);
  return [insertion(colon, ` ${written}`), { start: endOfKeyLine, end: endOf(text, old), text: "" }];
}

/** Adds lines behind the line on which something ends. */
export function linesBehind(text: string, end: number, lines: readonly string[]): Splice {
  const newline = newlineOf(text);
  // Behind a text that keeps its empty lines a new line has already begun.
  if (end > 0 && text[end - 1] === "\n") return insertion(end, lines.map((line) => line + newline).join(""));
  return insertion(lineEnd(text, end), lines.map((line) => newline + line).join(""));
}

/** Takes whole lines out, from the one around `from` to the one around `to`; one of two empty lines that meet goes too. */
export function withoutLines(text: string, from: number, to: number): Splice {
  let start = lineStart(text, from);
  const end = to > from && text[to - 1] === "\n" ? to : nextLine(text, to);
  const before = start > 0 ? text.slice(lineStart(text, start - 1), start) : "";
  const after = text.slice(end, nextLine(text, end));
  const meetEmpty = before !== "" && before.trim() === "" && after.trim() === "";
  if (meetEmpty) start -= before.length;
  // The last line of a text without a final line end: the one before it ends the text now.
  const isUnended = end === text.length && !text.endsWith("\n") && start > 0;
  if (isUnended) start -= text[start - 2] === "\r" ? 2 : 1;
  return { start, end, text: "" };
}

/** Adds a key to a mapping: behind `after`, or first where that is undefined. */
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
  // The first key of a list's item stands behind a dash: what comes before it takes its place.
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
  const comma = /^[ \t]*,/.exec(text.slice(end));
  const line = lineEnd(text, end);
  // Another entry on the same line, or the closing brace: the new one goes between them.
  if (comma === null ? /^[ \t]*[^#\s]/.test(text.slice(end, line)) : isFollowed(text, end + comma[0].length, line)) {
    return [insertion(end, `, ${written}`)];
  }
  return comma === null
    ? [insertion(end, ","), insertion(line, newline + indent + written)]
    : [insertion(line, `${newline}${indent}${written},`)];
}

function isFollowed(text: string, from: number, line: number): boolean {
  return /^[ \t]*[^#\s]/.test(text.slice(from, line));
}

/** Takes a key and its value out of a mapping that has others. */
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
