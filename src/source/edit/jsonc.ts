import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { insertion, lineStart, newlineOf, spliced } from "./splice.ts";
import { own } from "../../core/own.ts";

/**
 * Adds members to the mapping under a top-level key of JSON with comments, the format of editor settings. Existing text
 * is not changed.
 *
 * @returns  the same text when all members exist; undefined when the text cannot be parsed, or the key has a different
 *   kind of value
 */
export function withSetting(text: string, key: string, members: JsonObject): string | undefined {
  const code = withoutComments(text);
  const json = code.trim() === "" ? {} : parsed(code);
  if (!isJsonObject(json)) return undefined;
  const step = /^([ \t]+)"/m.exec(code)?.[1] ?? "  ";
  const newline = newlineOf(text);
  if (code.trim() === "") return `${text}${JSON.stringify({ [key]: members }, null, step)}${newline}`;
  const held = own(json, key);
  if (held === undefined) return withMember(text, code, code.lastIndexOf("}"), { [key]: members }, step);
  if (!isJsonObject(held)) return undefined;
  const missing = Object.entries(members).filter(([name]) => !Object.hasOwn(held, name));
  if (missing.length === 0) return text;
  const end = endOfMapping(code, key);
  return end === undefined ? undefined : withMember(text, code, end, Object.fromEntries(missing), step);
}

/** @param end  the offset of the mapping's closing brace */
function withMember(text: string, code: string, end: number, members: JsonObject, step: string): string {
  const newline = newlineOf(text);
  const last = code.slice(0, end).trimEnd().length;
  const start = lineStart(code, end);
  // The indentation of a brace on its own line is that of the mapping.
  const indent = /^[ \t]*/.exec(code.slice(start, end))?.[0] ?? "";
  const written = JSON.stringify(members, null, step)
    .split("\n")
    .slice(1, -1)
    .map((line) => newline + indent + line)
    .join("");
  const comma = code[last - 1] === "{" || code[last - 1] === "," ? "" : ",";
  const behind = text.slice(last, end);
  // Comments after the last member keep their place; only the comma goes before them.
  const tail = behind.slice(behind.trimEnd().length).includes("\n") ? "" : newline + indent;
  const place = last + behind.trimEnd().length;
  return spliced(text, [insertion(last, comma), insertion(place, written + tail)]);
}

/** Returns the offset of the closing brace of a top-level key's mapping. */
function endOfMapping(code: string, key: string): number | undefined {
  let depth = 0;
  let isInside = false;
  for (const { 0: token, index } of code.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && parsed(token) === key && /^\s*:\s*\{/.test(code.slice(index + token.length)))
      isInside = true;
    if (isInside && depth === 1 && token === "}") return index;
  }
  return undefined;
}

/** Replaces comments with spaces, so that offsets stay the same. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (token) =>
    token.startsWith('"') ? token : token.replace(/[^\r\n]/g, " "),
  );
}

function parsed(code: string): JsonValue | undefined {
  try {
    // Editors allow a comma before a closing bracket.
    const strict = code.replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (token) => (token === "," ? " " : token));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse returns is JSON
    return JSON.parse(strict) as JsonValue;
  } catch {
    return undefined;
  }
}
