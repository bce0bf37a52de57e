/** Stands where an empty comment will be: no text holds it, because `plain` replaces it. */
const BREAK = "\u0000";

/**
 * What GitHub makes links, mentions and pictures of after it has read the markdown: in the finished text, where no escape is
 * left. An empty HTML comment in the middle keeps it from being one piece of text, and nothing is seen or copied of it.
 */
const AFTERTHOUGHTS: readonly (readonly [RegExp, string])[] = [
  // Mentions, teams, mail addresses.
  [/@(?=\S)/g, `@${BREAK}`],
  // Issues and advisories: #12, owner/repo#12, GH-12, GHSA-…, CVE-….
  [/#(?=\d)/g, `#${BREAK}`],
  [/(gh|ghsa|cve)-(?=\w)/gi, `$1-${BREAK}`],
  // Addresses; what only begins like one is broken as well.
  [/:(?=\/\/)/g, `:${BREAK}`],
  [/www(?=\.)/gi, `$&${BREAK}`],
  // Emoji: :tada:, also where a colon of ours comes next.
  [/:(?=[\w+-]+(?::|$))/g, `:${BREAK}`],
  // Commits: seven hexadecimal digits or more.
  [/[0-9a-f]{6}(?=[0-9a-f])/gi, `$&${BREAK}`],
];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  // A backslash before it would not do: one that the text itself ends in would undo it.
  "|": "&#124;",
  // Two of them hold a formula.
  $: "<span>$</span>",
  [BREAK]: "<!-- -->",
};

/**
 * Any text as markdown that shows as that text and as nothing else, on one line, also in a table: no link, mention, reference,
 * HTML, emphasis or list comes of it. White space becomes single spaces, what cannot be seen a replacement sign.
 */
export function prose(text: string): string {
  const broken = AFTERTHOUGHTS.reduce((so, [found, with_]) => so.replace(found, with_), plain(text));
  return (
    broken
      // oxlint-disable-next-line no-control-regex -- the sign that stands for a break
      .replace(/[\\`*_[\]~]|[&<>|$\u0000]/g, (sign) => ESCAPES[sign] ?? `\\${sign}`)
      // Only at the beginning of a line: headings, lists, the line under a heading.
      .replace(/^(?:[-+=#]|\d+(?=[.)](?: |$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
      // A figure and its unit stay on one line.
      .replace(/(?<=\d) (?=%)/g, "\u00A0")
  );
}

/** Parsers give up on longer fences, and then the text would be read as markdown. */
const LONGEST_FENCE = 20;

/** A key, a path, a commit: as a code span, of which GitHub makes no mention and no reference. */
export function code(text: string): string {
  const shown = plain(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  // In a table a bar ends the cell even in a code span.
  if (shown === "" || shown.includes("|") || fence.length > LONGEST_FENCE) return prose(text);
  const space = /^`|`$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** Lines to be copied, as they are. */
export function fenced(lines: readonly string[], language: string): string {
  const shown = lines.map(plain);
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

/** At most so many characters, `…` included; never half of one. */
export function clipped(text: string, most: number): string {
  // What is far too long is not taken apart as a whole.
  const signs = Array.from(text.slice(0, 2 * most + 2));
  return signs.length <= most ? text : `${signs.slice(0, most - 1).join("")}…`;
}

/** On one line; what would not be seen, or would turn what is seen around, as a replacement sign. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "\uFFFD");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
