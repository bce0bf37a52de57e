import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { asciiOf, asciiText, characterName, isAscii, ODD_SPACE } from "./look-alikes.ts";
import { MAX_PROBLEMS, type ParsedFile, type Problem, problemAt } from "./parsed-file.ts";
import type { Span, Tree } from "./tree.ts";

/**
 * What a text is for. A `key` or a `value` is compared with something, so every character matters. `prose` is read by people;
 * `free` text is passed on to programs.
 */
type Role = "key" | "value" | "prose" | "free";

/** Keys whose values people read. */
const PROSE: ReadonlySet<string> = new Set(["name", "description", "reason"]);
/** Top-level keys whose content means something only to programs. */
const FREE: ReadonlySet<string> = new Set(["metadata", "variants"]);

type Source = Pick<ParsedFile, "path" | "text">;

/** Finds characters that look like others, in keys and values. At most one problem for each. */
export function checkCharacters(file: Source, tree: Tree): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { span, role } of textsIn(tree, "value", 0)) {
    const problem = problemOf(file.text.slice(span.start, span.end), role);
    if (problem !== undefined) found.push(problemAt(file, span, problem));
    if (found.length >= MAX_PROBLEMS) break;
  }
  return found;
}

function* textsIn(tree: Tree, role: Role, depth: number): Generator<{ readonly span: Span; readonly role: Role }> {
  if (tree.kind === "scalar") yield { span: tree.span, role };
  else if (tree.kind === "list") for (const item of tree.items) yield* textsIn(item, role, depth + 1);
  else {
    for (const [name, { key, value }] of tree.entries) {
      yield { span: key, role: role === "free" ? "free" : "key" };
      const isProse = role === "value" && value.kind === "scalar" && PROSE.has(name);
      yield* textsIn(value, depth === 0 && FREE.has(name) ? "free" : isProse ? "prose" : role, depth + 1);
    }
  }
}

function problemOf(source: string, role: Role): Problem | undefined {
  const quote = /^["']/.exec(source)?.[0];
  const text = quote === undefined ? source : source.slice(1, -1);
  const outer = quote === undefined || role === "free" ? undefined : outerBlank(text, quote);
  // Nearly all texts end here.
  if (isAscii(text)) return outer;
  if (role === "key") return notNormal(text, "error") ?? oddKey(text);
  if (role === "value") return notNormal(text, "error") ?? oddValue(text, quote !== undefined) ?? outer;
  return notNormal(text, "warning") ?? (quote === undefined ? outerOddSpace(text) : undefined) ?? outer;
}

function notNormal(source: string, severity: "error" | "warning"): Problem | undefined {
  // Two of the odd spaces have a normal form that is another odd space. They are reported as spaces.
  const text = source.replace(/[\u2000\u2001]/gu, " ");
  const normal = text.normalize("NFC");
  if (text === normal) return undefined;
  const part = text.match(/\P{M}\p{M}*/gu)?.find((each) => each.normalize("NFC") !== each) ?? text;
  const points = Array.from(part, (character) => characterName(character)).join(" ");
  const message = `the text is not in normal form: "${part}" is written as ${points}`;
  const composed = Array.from(part.normalize("NFC"), (character) => characterName(character)).join(" ");
  return { code: "not-normalized", severity, message, hint: `write "${normal}", with ${composed}` };
}

function oddKey(text: string): Problem | undefined {
  const odd = Array.from(text).find((character) => asciiOf(character) !== undefined);
  if (odd === undefined) return undefined;
  return lookAlike(`the key contains ${characterName(odd)}`, `write ${asciiText(text).trim()}`);
}

function oddValue(text: string, isQuoted: boolean): Problem | undefined {
  const plain = asciiText(text.replace(/(?<=[：，、])(?=[^ ])/gu, " "));
  const remedy = isQuoted || text === plain ? "" : `; if it is intended, put the text in quotes`;
  if (LIKE_NUMBER.test(plain) && !LIKE_NUMBER.test(text)) {
    const odd = Array.from(text).find((character) => asciiOf(character) !== undefined) ?? "";
    return lookAlike(`the value contains ${characterName(odd)}`, `write ${isQuoted ? `"${plain}"` : plain.trim()}`);
  }
  const [sign] = isQuoted ? [] : (STRUCTURE.exec(text.trim()) ?? []);
  if (sign !== undefined) {
    const [odd = ""] = Array.from(sign.trim()).filter((character) => asciiOf(character) !== undefined);
    return lookAlike(`the text contains ${characterName(odd)}, which means nothing in YAML`, `write ${plain}${remedy}`);
  }
  const space = ODD_SPACE.exec(text)?.[0];
  if (space !== undefined) {
    const isOuter = ODD_SPACE.test(text[0] ?? "") || ODD_SPACE.test(text.at(-1) ?? "");
    const message = `the value contains ${characterName(space)}, which only looks like a space`;
    const hint = `write ${isQuoted ? `"${plain}"` : plain.trim()}${remedy}`;
    return { ...lookAlike(message, hint), severity: isOuter && !isQuoted ? "error" : "warning" };
  }
  return mixedLetters(text);
}

/** Matches numbers, shares, versions and dates. */
const LIKE_NUMBER = /^(?:[<>=~^]*-?\d[\d.]*%?|\d{4}-\d\d-\d\d(?:T.*)?)$/;

/** Matches signs that look like those of YAML in unquoted text: quotes at its ends, full-width signs, a colon before an odd space. */
const STRUCTURE =
  /^[“”„‟«»‘’‚‛‹›「]|[“”„‟«»‘’‚‛‹›」]$|[\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF5E、]|:[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/u;

/** Warns about a word of Latin letters that also has letters of another alphabet that look Latin. */
function mixedLetters(text: string): Problem | undefined {
  const words = text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  for (const word of words) {
    const odd = Array.from(word).find((character) => asciiOf(character) !== undefined);
    if (odd === undefined || !/[A-Za-z]/.test(word) || !isAscii(asciiText(word))) continue;
    const message = `"${word}" contains ${characterName(odd)}, which looks like ${asciiOf(odd)}`;
    return { ...lookAlike(message, `write ${asciiText(word)}`), severity: "warning" };
  }
  return undefined;
}

function outerOddSpace(text: string): Problem | undefined {
  const space = [text[0] ?? "", text.at(-1) ?? ""].find((character) => ODD_SPACE.test(character));
  if (space === undefined) return undefined;
  const problem = lookAlike(`the text begins or ends with ${characterName(space)}`, "remove it");
  return { ...problem, severity: "warning" };
}

function outerBlank(text: string, quote: string): Problem | undefined {
  if (text.trim() === text || text.trim() === "") return undefined;
  const side = text.trimStart() === text ? "ends" : text.trimEnd() === text ? "begins" : "begins and ends";
  const message = `the text ${side} with white space, which is part of it`;
  return {
    code: "outer-blank",
    severity: "warning",
    message,
    hint: `unless it is intended, write ${quote}${text.trim()}${quote}`,
  };
}

function lookAlike(message: string, hint: string): Problem {
  return { code: "look-alike", message, hint };
}
