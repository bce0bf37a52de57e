/**
 * Matches what may control a terminal or disguise a text: control characters, characters that cannot be seen (such as zero-width
 * spaces and marks that reverse the direction), separators of lines and halves of surrogate pairs. Variation selectors are part
 * of emoji.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
  ["\t", String.raw`\t`],
]);

/**
 * Returns data (from a database, git, a file or a variable) as text that can be printed in the middle of a line. Everything that
 * is not printable, line breaks included, becomes a visible escape, e.g. `\n` or `\u001b`.
 */
export function printable(data: string): string {
  return data.replace(UNPRINTABLE, (character) => SHORT_ESCAPES.get(character) ?? escapesOf(character));
}

/** Returns a text of several lines with everything escaped that is not printable, except line breaks and tabs. JSON stays equal JSON. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (/[\n\t]/.test(character) ? character : escapesOf(character)));
}

/** Returns the text with a symbol instead of each code unit that is not printable, so that columns stay in place. Tabs become spaces. */
export function withSymbols(text: string): string {
  return text.replaceAll("\t", " ").replace(UNPRINTABLE, (character) => "\uFFFD".repeat(character.length));
}

/** Returns a character as JSON escapes: one for each code unit. */
export function escapesOf(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}
