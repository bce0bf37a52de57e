import { own } from "../../core/own.ts";
/** Marks the place of an empty HTML comment. No text contains it, because `plain` replaces it. */
const BREAK = "\u0000";

/**
 * Patterns that GitHub turns into links, mentions and pictures after it has parsed the Markdown, when escapes have no effect.
 * An empty HTML comment in the middle prevents that, and is neither seen nor copied.
 */
const AUTOMATIC_LINKS: readonly (readonly [RegExp, string])[] = [
  // Mentions, teams, mail addresses.
  [/@(?=\S)/g, `@${BREAK}`],
  // Issues and advisories: #12, owner/repo#12, GH-12, GHSA-…, CVE-….
  [/#(?=\d)/g, `#${BREAK}`],
  [/(gh|ghsa|cve)-(?=\w)/gi, `$1-${BREAK}`],
  // Addresses, and text that only begins like one.
  [/:(?=\/\/)/g, `:${BREAK}`],
  [/www(?=\.)/gi, `$&${BREAK}`],
  // Emoji: :tada:, also when the second colon follows the text.
  [/:(?=[\w+-]+(?::|$))/g, `:${BREAK}`],
  // Commits: seven hexadecimal digits or more.
  [/[0-9a-f]{6}(?=[0-9a-f])/gi, `$&${BREAK}`],
];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  // Escaping a bar with a backslash is not enough, because a backslash before it would escape the added one.
  "|": "&#124;",
  // Two dollar signs enclose a formula.
  $: "<span>$</span>",
  [BREAK]: "<!-- -->",
};

/**
 * Returns Markdown that shows exactly this text, on one line, also in a table: none of it becomes a link, mention, reference,
 * HTML, emphasis or list. White space becomes single spaces; invisible characters become a replacement character.
 */
export function prose(text: string): string {
  const broken = AUTOMATIC_LINKS.reduce((result, [pattern, by]) => result.replace(pattern, by), plain(text));
  return (
    broken
      // oxlint-disable-next-line no-control-regex -- BREAK is one
      .replace(/[\\`*_[\]~]|[&<>|$\u0000]/g, (sign) => own(ESCAPES, sign) ?? `\\${sign}`)
      // Only at the beginning of a line: headings, lists, the line under a heading.
      .replace(/^(?:[-+=#]|\d+(?=[.)](?: |$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
      // A figure and its unit stay on one line.
      .replace(/(?<=\d) (?=%)/g, "\u00A0")
  );
}

/** Parsers do not recognise longer fences, and would read the text as Markdown. */
const MAX_FENCE = 20;

/** Returns a key, a path or a commit as a code span, in which GitHub finds no mentions and references. */
export function code(text: string): string {
  const shown = plain(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  // In a table a bar ends the cell even in a code span.
  if (shown === "" || shown.includes("|") || fence.length > MAX_FENCE) return prose(text);
  const space = /^`|`$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** Returns lines as a code block, to be copied. */
export function fenced(lines: readonly string[], language: string): string {
  const shown = lines.map(plain);
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

/** Shortens a text to `most` characters, including `…`. Surrogate pairs are not split. */
export function clipped(text: string, most: number): string {
  // Only the beginning of a long text is split into characters.
  const signs = Array.from(text.slice(0, 2 * most + 2));
  return signs.length <= most ? text : `${signs.slice(0, most - 1).join("")}…`;
}

/** Puts a text on one line, and replaces invisible characters and those that change the direction of text. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "\uFFFD");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
