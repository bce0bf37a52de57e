import { asciiOf, characterName } from "./look-alikes.ts";
import type { Problem } from "./parsed-file.ts";
import type { Span, Tree } from "./tree.ts";

/** A problem and its place. */
interface Found {
  readonly span: Span;
  readonly problem: Problem;
}

const BLANK = String.raw`[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]`;
const QUOTE = "[“”„‟«»‘’‚‛‹›＂＇「」]";

const INDENT = new RegExp(`^[ \\t]*(${BLANK})`, "u");

/** The places on a line where a look-alike changes the structure: each pattern captures the character. */
const SIGNS: readonly RegExp[] = [
  INDENT,
  /^\s*([–—•−‐‑―－])\s/u,
  /^\s*["']?[\w.-]+["']?\s*(：)/u,
  new RegExp(`:(${BLANK})`, "u"),
  /([，［］｛｝、])/u,
  new RegExp(`(?:[:,[{-]\\s+|^\\s*|[[{])(${QUOTE})`, "u"),
  /(?:^|\s)(＃)/u,
];
/** The number of patterns that also apply to lines of text for people, which may contain any signs. */
const IN_PROSE = 4;
const PROSE_LINE = /^[ \t]*(?:- )?(?:name|description|reason):/;

/**
 * Finds the look-alike of a sign of YAML that explains a syntax error: on the line of the error, or on the line with content
 * before it.
 *
 * @param at  where the parser stopped
 */
export function brokenStructure(text: string, at: number): Found | undefined {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const before = text.slice(0, start).trimEnd();
  return signOn(text, start) ?? (before === "" ? undefined : signOn(text, before.lastIndexOf("\n") + 1));
}

/** Finds a key that is there only because a look-alike was read as text, such as a no-break space before it. */
export function misreadKey(text: string, tree: Tree): Found | undefined {
  if (tree.kind === "list") {
    for (const item of tree.items) {
      const found = misreadKey(text, item);
      if (found !== undefined) return found;
    }
  }
  if (tree.kind !== "map") return undefined;
  for (const { key, value } of tree.entries.values()) {
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    const isOdd = /^[^"'\u0000-\u007F]|[：\s][^\u0000-\u007F]|：/u.test(text.slice(key.start, key.end));
    const found = isOdd ? signOn(text, text.lastIndexOf("\n", key.start) + 1) : undefined;
    if (found !== undefined && found.span.start >= key.start && found.span.end <= key.end) return found;
    const deeper = misreadKey(text, value);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function signOn(text: string, start: number): Found | undefined {
  const end = text.indexOf("\n", start);
  const line = text
    .slice(start, end === -1 ? text.length : end)
    .replace(/"[^"]*"|'[^']*'/g, (quoted) => `"${"x".repeat(quoted.length - 2)}"`)
    .replace(/(?:^|\s)#.*$/, "");
  for (const pattern of PROSE_LINE.test(line) ? SIGNS.slice(0, IN_PROSE) : SIGNS) {
    const match = pattern.exec(line);
    const character = match?.[1];
    if (match === null || character === undefined) continue;
    const at = start + match.index + match[0].lastIndexOf(character);
    return { span: { start: at, end: at + character.length }, problem: problemOf(character, pattern === INDENT) };
  }
  return undefined;
}

function problemOf(character: string, isIndent: boolean): Problem {
  const ascii = asciiOf(character) ?? "";
  const shown = ascii === " " ? "a space" : ascii === '"' ? `'"'` : `"${ascii}"`;
  const message = `${characterName(character)} looks like ${shown}, but YAML reads it as text`;
  const isSpaced = ascii === ":" || ascii === ",";
  const hint = isIndent
    ? "indent with spaces, or remove it"
    : `replace it with ${shown}${isSpaced ? " and a space" : ""}`;
  return { code: "look-alike", message, hint };
}
